package attempt

import (
	"fmt"
	"strings"
	"testing"
)

// told sums up what was read of each machine: name asked/bad, and the wait where one is told.
func told(a *Attempt) string {
	type sum struct {
		asked, bad int
		wait       float64
	}
	sums, order := map[string]*sum{}, []string{}
	at := func(name string) *sum {
		if sums[name] == nil {
			sums[name] = &sum{wait: -1}
			order = append(order, name)
		}
		return sums[name]
	}
	for _, m := range a.Machines {
		s := at(m.Name)
		s.asked, s.bad, s.wait = s.asked+m.Asked, s.bad+m.Bad, max(s.wait, m.Wait)
	}
	for _, c := range a.Server {
		s := at(c.Backend)
		s.asked, s.wait = s.asked+1, max(s.wait, c.Wait)
		s.bad += b2i(c.Status >= 500)
	}
	var out []string
	for _, name := range order {
		s := sums[name]
		text := fmt.Sprintf("%s %d/%d", name, s.bad, s.asked)
		if s.wait >= 0 {
			text += fmt.Sprintf(" %gms", s.wait)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// Dialects in which gateways, balancers and monitors tell of single machines.
func TestMachinesInLogs(t *testing.T) {
	const stamp = "2026-11-20T10:22:40+08:00"
	nginx := `1.2.3.4 - - [20/Nov/2026:10:22:40 +0800] "GET /api/v1/unread HTTP/1.1" %s 12 "-" "Mozilla/5.0" %s` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"nginx, the address in quotes under any key", fmt.Sprintf(nginx, "503", `rt=4.308 ua="10.20.3.49:8080" us=503 ut=4.308`), "10.20.3.49:8080 1/1 4308ms"},
		{"nginx, upstream_addr", fmt.Sprintf(nginx, "200", `rt=0.020 upstream_addr=10.20.3.49:8080 upstream_status=200`), "10.20.3.49:8080 0/1 20ms"},
		{"nginx, tried on two machines", fmt.Sprintf(nginx, "200", `rt=5.020 upstream_addr="10.0.0.1:80, 10.0.0.2:80" upstream_status="502, 200"`), "10.0.0.1:80 1/1, 10.0.0.2:80 0/1 5020ms"},
		{"HAProxy", "Nov 20 10:22:40 lb1 haproxy[8103]: 1.2.3.4:3312 [20/Nov/2026:10:22:40.284] fe_https be_im/im-3 0/0/1/5793/5794 503 807 - - ---- 41/40/3/1/0 0/0 \"GET /api/v1/unread HTTP/1.1\"\n", "im-3 1/1 5794ms"},
		{"HAProxy, none left", "Nov 20 10:22:40 lb1 haproxy[8103]: 1.2.3.4:3312 [20/Nov/2026:10:22:40.284] fe_https be_im/<NOSRV> 0/-1/-1/-1/9 503 807 - - SC-- 41/40/3/1/0 0/0 \"GET /api/v1/unread HTTP/1.1\"\n", " 1/1 9ms"},
		{"Envoy", `[2026-11-20T02:22:40.123Z] "GET /api/v1/unread HTTP/1.1" 503 UF 0 91 5000 - "1.2.3.4" "Mozilla/5.0" "b3f1" "app.meiqia.com" "10.1.0.7:9000"` + "\n", "10.1.0.7:9000 1/1"},
		{"Istio", `[2026-11-20T02:22:40.123Z] "GET /api/v1/unread HTTP/2" 503 - via_upstream - "-" 0 343 397 396 "1.2.3.4" "Mozilla/5.0" "19049b51" "app.meiqia.com" "10.1.0.7:9000"` + "\n", "10.1.0.7:9000 1/1 397ms"},
		{"JSON of a gateway", `{"time":"` + stamp + `","remote_addr":"1.2.3.4","client":"10.0.0.9:4411","method":"GET","path":"/api/v1/unread","status":502,"pod":"im-core-7d9f-x2x4z"}` + "\n", "im-core-7d9f-x2x4z 1/1"},
		{"an error log blames a machine", `2026/11/20 10:22:40 [error] 38#0: *18 connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, server: app.meiqia.com, request: "GET /api/v1/unread HTTP/2.0", upstream: "http://10.20.6.45:8080/api/v1/unread"` + "\n", "10.20.6.45:8080 1/1"},
		{"nobody is left to blame", `2026/11/20 10:22:40 [error] 38#0: *18 no live upstreams while connecting to upstream, client: 1.2.3.4, server: app.meiqia.com, request: "GET /api/v1/unread HTTP/2.0", upstream: "http://im_backend/api/v1/unread"` + "\n", ""},
		{"checks as pairs", "time=" + stamp + ` level=info component=lb msg="health check" backend=10.2.3.51:80 result=fail ms=5000` + "\ntime=" + stamp + ` level=info component=lb msg="health check" backend=10.2.3.52:80 result=ok ms=3` + "\n", "10.2.3.51:80 1/1, 10.2.3.52:80 0/1"},
		{"checks in prose", "2026-11-20 10:22:40,123 [main] WARN c.x.Lb - health check of node-3 timed out after 5000 ms\n2026-11-20 10:22:41,123 [main] INFO c.x.Lb - health check of node-4 passed\n", "node-3 1/1, node-4 0/1"},
		{"taken out, others are left", "Nov 20 10:22:40 lb1 haproxy[81]: Server be_im/im-3 is DOWN, reason: Layer4 timeout, check duration: 2001ms. 3 active and 0 backup servers left.\n", "im-3 2/2, others 0/6"},
		{"figures side by side", `{"level":"info","time":"` + stamp + `","logger":"metrics","method":"","msg":"p95 by pod","pod-a":28,"pod-b":13,"pod-c":10246,"5xx_pod_c":53,"5xx_others":0}` + "\n", "pod-a 0/0 28ms, pod-b 0/0 13ms, pod-c 53/53 10246ms, others 0/53"},
	} {
		if got := told(build(t, facts{}, "server.log", "2026-11-20T10:22:39+08:00 INFO [gateway] listening on :8080\n"+c.text)); sorted(got) != sorted(c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestMachinesInTables(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"HAProxy's statistics", "# pxname,svname,qcur,scur,stot,ereq,econ,eresp,hrsp_2xx,hrsp_5xx,rtime,status\nbe_im,FRONTEND,,,29000,0,,,,,,OPEN\nbe_im,10.0.0.1,0,4,9794,0,0,0,8975,0,17,UP\nbe_im,10.0.0.2,88,200,9774,0,812,1422,1201,2960,9801,UP\n", "10.0.0.1 0/9794 17ms, 10.0.0.2 5194/9774 9801ms"},
		{"kubectl get pods", "NAME                       READY   STATUS             RESTARTS   AGE\nim-core-6d8f9c7b5d-4xk2p   1/1     Running            0          12d\nim-core-6d8f9c7b5d-9zzqt   0/1     CrashLoopBackOff   41         3h\n", "im-core-6d8f9c7b5d-4xk2p 0/2, im-core-6d8f9c7b5d-9zzqt 4/4"},
		{"a table in a note", "| node | requests | 5xx | p95 (ms) |\n|---|---|---|---|\n| node-1 | 4100 | 0 | 40 |\n| node-2 | 4080 | 2011 | 9120 |\n", "node-1 0/4100 40ms, node-2 2011/4080 9120ms"},
		{"Chinese heads", "节点\t请求数\t错误率\t响应时间(ms)\nim-1\t900\t0.1%\t33\nim-2\t910\t48%\t7001\n", "im-1 0/900 33ms, im-2 48/910 7001ms"},
		{"Prometheus", "# TYPE http_server_latency_seconds summary\nhttp_server_latency_seconds{instance=\"10.0.0.1:8080\",quantile=\"0.95\"} 0.041\nhttp_server_latency_seconds{instance=\"10.0.0.2:8080\",quantile=\"0.95\"} 9.8\nup{instance=\"10.0.0.1:8080\"} 1\n", "10.0.0.1:8080 0/2 41ms, 10.0.0.2:8080 0/0 9800ms"},
		{"words are no table", "server error, node is down, status unknown\nplease check the server, the node and its state\n", ""},
	} {
		if got := told(build(t, facts{}, "stats.txt", c.text)); sorted(got) != sorted(c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func sorted(list string) string {
	parts := strings.Split(list, ", ")
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			if parts[j] < parts[i] {
				parts[i], parts[j] = parts[j], parts[i]
			}
		}
	}
	return strings.Join(parts, ", ")
}

func TestMachineHeader(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"x-served-by", "node.3.49", "node.3.49"},
		{"x-upstream-node", "im-2", "im-2"},
		{"x-pod-name", "im-core-6d8f-4xk2p", "im-core-6d8f-4xk2p"},
		{"x-backend-server", "10.0.0.2:8080", "10.0.0.2:8080"},
		{"x-envoy-upstream-service-time", "35", ""},
		{"x-upstream-response-time", "0.035", ""},
		{"x-upstream-status", "200", ""},
	} {
		a := chrome(t, known, entry(-5, "GET", host+"/api/v1/unread", "", 200, "{}", obj{"response": obj{"headers": header(c.name, c.value)}}))
		if len(a.Calls) != 1 || a.Calls[0].Backend != c.want {
			t.Errorf("%s: %s is read as %q", c.name, c.value, a.Calls[0].Backend)
		}
	}
}
