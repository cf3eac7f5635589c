"use strict";
// The visitor's page, by the rules of the public SDKs: withdraw_msg takes a
// message off the list; while the socket is down it polls, and then sees new
// messages only.

const boot = JSON.parse(document.getElementById("boot").textContent);
const query = new URLSearchParams(location.search);
const sdk = query.get("sdk") || "web";
const version = query.get("v") || "5.0.0";
const $ = (id) => document.getElementById(id);

const state = { track: "", autoRead: false, tip: false, messages: [], open: false };

const log = (level, text) => console[level](`[${new Date().toISOString()}] ${text}`);

async function call(method, url, body) {
  const headers = state.track ? { Authorization: `lab:${state.track}:${Math.floor(Date.now() / 1000) + 60}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const res = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  return res.json();
}

// honours tells whether this client's version knows recalls.
function honours() {
  const least = (boot.min_versions || {})[sdk];
  if (!least) return true;
  const a = version.split(".").map(Number), b = least.split(".").map(Number);
  for (let i = 0; i < 3; i++) if ((a[i] || 0) !== (b[i] || 0)) return (a[i] || 0) > (b[i] || 0);
  return true;
}

async function start() {
  const res = await call("POST", "/api/v1/visits", { channel: query.get("channel") || "web", sdk, sdk_version: version });
  if (res.code !== 0) { $("notice").textContent = res.message; return; }
  state.track = res.data.track_id;
  state.autoRead = res.data.auto_read;
  state.tip = res.data.withdraw_msg_config.no_notification !== "open";
  const history = await call("GET", `/conversation/${state.track}/messages`);
  for (const m of history.data) if (!JSON.parse(m.extra || "{}").is_withdrawn) show(m);
  connect();
  setInterval(poll, 3000);
}

function connect() {
  const socket = new WebSocket(`${boot.push}?browser_id=${boot.build}&ent_id=${boot.enterprise_id}&track_id=${state.track}&time=${Date.now()}`);
  socket.onopen = () => { state.open = true; $("push").textContent = "推送:已连接"; log("info", "push open"); socket.send('["h"]'); };
  socket.onmessage = (m) => receive(JSON.parse(m.data));
  socket.onclose = (e) => {
    state.open = false;
    $("push").textContent = "推送:已断开";
    log("warn", `push closed code=${e.code}`);
    setTimeout(connect, boot.reconnect_ms);
  };
}

async function poll() {
  if (state.open) return;
  const last = state.messages.length ? state.messages.at(-1).id : 0;
  const res = await call("GET", `/conversation/${state.track}/messages_streams?socket_error=true&last_id=${last}`);
  for (const e of res.data || []) receive(e);
}

function receive(event) {
  if (Array.isArray(event)) return;
  log("info", `push ${event.action}`);
  if (event.action === "message") show(event.body);
  if (event.action === "withdraw_msg" && honours()) remove(event.body.msg_id, event.agent_nickname);
}

function show(m) {
  if (state.messages.some((o) => o.id === m.id)) return;
  state.messages.push(m);
  const li = document.createElement("li");
  li.className = "msg";
  li.dataset.id = m.id;
  for (const [name, text] of [["who", m.agent ? m.agent.nickname : "我"], ["text", m.content_type === "text" ? m.content : `[${m.content_type}] ${m.content}`]]) {
    const s = document.createElement("span");
    s.className = name;
    s.textContent = text;
    li.append(s);
  }
  $("messages").append(li);
  if (m.from_type === "client") return;
  call("POST", "/client/msg_delivered", { track_id: state.track, msg_ids: [m.id] });
  if (state.autoRead) markRead();
}

function remove(id, nickname) {
  state.messages = state.messages.filter((m) => m.id !== id);
  const li = document.querySelector(`.msg[data-id="${id}"]`);
  if (!li) return;
  if (!state.tip) return li.remove();
  li.className = "msg tip";
  delete li.dataset.id;
  li.textContent = nickname ? `${nickname}撤回了一条消息` : "客服撤回了一条消息";
}

const markRead = () => call("POST", "/client/msg_read", { track_id: state.track, msg_ids: state.messages.filter((m) => m.from_type !== "client").map((m) => m.id) });

$("composer").onsubmit = async (event) => {
  event.preventDefault();
  await call("POST", `/conversation/${state.track}/messages`, { content: $("draft").value });
  $("draft").value = "";
};
$("read").onclick = markRead;
start();
