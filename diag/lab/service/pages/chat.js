"use strict";
// The workbench. Rules: a message leaves the list when history says that it is
// withdrawn; history is asked for after sending and after each push event.

const boot = JSON.parse(document.getElementById("boot").textContent);
const query = new URLSearchParams(location.search);
const client = query.get("v") || ""; // the desktop client states its version
const $ = (id) => document.getElementById(id);

const state = { token: "", agent: null, buttonMS: 0, conv: 0, newest: {}, messages: {}, turn: 0, applied: {} };

const log = (level, text) => console[level](`[${new Date().toISOString()}] ${text}`);
// named is how an element is called in the log.
const named = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : "") + (e.classList.length ? `.${e.classList[0]}` : "");
const notice = (text) => { $("notice").textContent = text; };

// api picks the address of the backend that keeps a conversation.
const api = (conv) => boot.api[conv % boot.api.length];

async function call(method, url, body) {
  const gaveUp = new AbortController();
  const timer = setTimeout(() => gaveUp.abort(), boot.timeout_ms);
  const headers = {};
  if (state.token) headers.Authorization = `Bearer ${state.token}`;
  if (client) headers["X-Client-Version"] = client;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const res = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal: gaveUp.signal });
    const type = res.headers.get("Content-Type") || "";
    const data = type.includes("json") ? await res.json() : { code: res.status, message: "" };
    return { status: res.status, ...data };
  } finally {
    clearTimeout(timer);
  }
}

// why words a request that got no answer.
const why = (err) => (err.name === "AbortError" ? "请求超时,请检查网络后重试" : "网络异常,请稍后再试");

// shown is the service's own text where it is written for people.
const shown = (res) => (/[^\x00-\x7f]/.test(res.message || "") ? res.message : "撤回失败,请稍后重试");

async function login(event) {
  event.preventDefault();
  const res = await call("POST", "/api/v1/login", { account: $("account").value, password: $("password").value, device: client ? "desktop_app" : "web" });
  if (res.code !== 0) return notice(res.message);
  state.token = res.data.token;
  state.agent = res.data.agent;
  log("info", `login account=${state.agent.account} build=${boot.build} client=${client || "web"}`);
  const settings = await call("GET", `${api(0)}/api/v1/settings`);
  state.buttonMS = settings.data.withdraw_msg_config.button_seconds * 1000;
  const list = await call("GET", `${api(0)}/api/v1/conversations`);
  for (const c of list.data) {
    const o = new Option(`会话 ${c.id}(${c.channel})`, c.id);
    $("conversation").add(o);
    await refresh(c.id);
  }
  state.conv = Number(query.get("conv")) || list.data[0].id;
  $("conversation").value = state.conv;
  $("login").hidden = true;
  $("desk").hidden = false;
  render();
  layout();
  connect();
}

function connect() {
  const ids = `token=${state.token}&browser_id=${boot.build}&ent_id=${boot.enterprise_id}&time=${Date.now()}`;
  const socket = new WebSocket(`${boot.push}?${ids}`);
  socket.onopen = () => { $("push").textContent = "推送:已连接"; log("info", "push open"); socket.send('["h"]'); };
  socket.onmessage = (m) => receive(JSON.parse(m.data));
  socket.onclose = (e) => {
    $("push").textContent = "推送:已断开";
    log("warn", `push closed code=${e.code} reason=${e.reason}`);
    if (e.code === 4001) return notice("您的账号已在其他设备登录");
    setTimeout(connect, boot.reconnect_ms);
  };
}

async function receive(event) {
  if (Array.isArray(event)) return;
  log("info", `push ${event.action} ${JSON.stringify(event.body)}`);
  const conv = event.action === "message" ? event.body.conversation_id : state.conv;
  if (event.action === "message") state.newest[conv] = Math.max(state.newest[conv] || 0, event.body.id);
  await refresh(conv);
  render();
}

// refresh asks for a conversation's history; an answer that is overtaken by a
// later one is dropped.
async function refresh(conv) {
  const turn = ++state.turn;
  try {
    const res = await call("GET", `${api(conv)}/api/v1/conversations/${conv}/messages?last=${state.newest[conv] || 0}`);
    if (res.code !== 0 || turn < (state.applied[conv] || 0)) return;
    state.applied[conv] = turn;
    state.messages[conv] = res.data;
  } catch (err) {
    log("warn", `history failed conv=${conv} ${err}`);
  }
}

// render keeps the rows that stay: a press must not land on a row that is
// being replaced.
function render() {
  const rows = (state.messages[state.conv] || []).filter((m) => !JSON.parse(m.extra || "{}").is_withdrawn);
  const shown = new Map([...$("messages").children].map((li) => [Number(li.dataset.id), li]));
  for (const m of rows) {
    const li = shown.get(m.id) || $("messages").appendChild(row(m));
    shown.delete(m.id);
    li.querySelector(".state").textContent = ["", "已送达", "已收到", "已读"][m.read_status] || "";
  }
  for (const li of shown.values()) li.remove();
}

function row(m) {
  const li = document.createElement("li");
  li.className = "msg";
  li.dataset.id = m.id;
  const add = (tag, name, text) => { const e = document.createElement(tag); e.className = name; e.textContent = text; li.append(e); return e; };
  add("span", "who", m.agent ? m.agent.nickname : "访客");
  add("span", "text", m.content_type === "text" ? m.content : `[${m.content_type}] ${m.content}`);
  add("time", "", m.created_on.slice(11, 19));
  add("span", "state", "");
  if (m.from_type === "agent") {
    const b = add("button", "recall quiet", "撤回");
    b.type = "button";
    b.onclick = (event) => recall(m, event);
    const q = add("button", "quote quiet", "引用");
    q.type = "button";
    q.onclick = () => { $("draft").value = `「${m.content}」 `; };
  }
  return li;
}

async function send(event) {
  event.preventDefault();
  const conv = state.conv;
  const body = { content: $("draft").value, content_type: $("type").value, local_id: crypto.randomUUID() };
  try {
    const res = await call("POST", `${api(conv)}/api/v1/conversations/${conv}/messages`, body);
    if (res.code !== 0) return notice(res.message || "发送失败");
    $("draft").value = "";
    state.newest[conv] = Math.max(state.newest[conv] || 0, res.data.message.id);
    log("info", `sent msg=${res.data.message.id} conv=${conv}`);
    await refresh(conv);
    render();
  } catch (err) {
    notice(why(err));
  }
}

// outbox keeps what was asked for, so that a reloaded page knows of it.
function outbox(id, state) {
  const kept = JSON.parse(localStorage.getItem("recalls") || "{}");
  kept[id] = state;
  localStorage.setItem("recalls", JSON.stringify(kept));
}

// once lets a second press wait for what the first one asked for.
const asked = new Map();
function once(id, ask) {
  if (asked.has(id)) return asked.get(id);
  const { promise, resolve, reject } = Promise.withResolvers();
  asked.set(id, promise);
  ask().then(resolve, reject).finally(() => asked.delete(id));
  return promise;
}

async function recall(m, event) {
  const waited = Math.round(performance.now() - event.timeStamp);
  if (waited > 1000) log("warn", `slow interaction type=${event.type} input_delay=${waited}ms`);
  const age = Date.now() - Date.parse(m.created_on + "Z");
  log("info", `recall pressed msg=${m.id} conv=${m.conversation_id} age_ms=${age}`);
  notice("");
  if (age > state.buttonMS) {
    log("warn", `recall not sent msg=${m.id} age_ms=${age} limit_ms=${state.buttonMS}`);
    return notice("已超过可撤回时间,无法撤回");
  }
  outbox(m.id, "asked");
  const path = boot.recall.replace("{conv}", m.conversation_id).replace("{id}", m.id);
  try {
    const res = await once(m.id, () => call("POST", (boot.recall_api || api(m.conversation_id)) + path, { client_time: new Date().toISOString() }));
    outbox(m.id, "answered");
    log(res.code === 0 ? "info" : "error", `recall answered msg=${m.id} status=${res.status} code=${res.code} message=${res.message}`);
    if (res.code !== 0) notice(shown(res));
  } catch (err) {
    log("error", `recall failed msg=${m.id} ${err.name}: ${err.message}`);
    notice(why(err));
  }
}

// layout leaves out what does not fit on a narrow screen.
function layout() {
  const cramped = innerWidth < (boot.hide_recall_below || 0);
  document.body.classList.toggle("cramped", cramped);
  log("info", `layout viewport=${innerWidth}x${innerHeight} recall_button=${cramped ? "none" : "inline"}`);
}

$("login").onsubmit = login;
$("composer").onsubmit = send;
$("conversation").onchange = () => { state.conv = Number($("conversation").value); render(); };
$("end").onclick = () => call("POST", `${api(state.conv)}/api/v1/conversations/${state.conv}/end`, {});
addEventListener("resize", layout);
document.addEventListener("click", (e) => log("info", `ui click x=${Math.round(e.clientX)} y=${Math.round(e.clientY)} target=${named(e.target)}`), true);

// What a build brings along: an announcement, wide rows, small buttons, much to compute, a worker.
$("announce").hidden = !boot.cover_buttons;
document.body.classList.toggle("crowded", !!boot.crowd_buttons);
if (boot.row_at_least) $("messages").style.setProperty("--row", `${boot.row_at_least}px`);
if (boot.busy_ms) {
  $("messages").addEventListener("pointerdown", () => {
    for (const end = performance.now() + boot.busy_ms; performance.now() < end;) JSON.stringify(state.messages);
  });
}
if (boot.worker && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(boot.worker).then(() => navigator.serviceWorker.ready).then(() => log("info", "worker ready"));
}
