package netlog

import (
	"bytes"
	"os"
	"testing"
)

func TestExplore(t *testing.T) {
	s := newStage(t)
	data, said := logged(t, s.plain.URL+"/page", tries(
		step("ok", "post('/ok/recall?token=sekret')"),
		step("warm", "Promise.all([1,2].map(()=>post('/warm'))).then(()=>1)"),
		step("reset", "post('/reset/recall')"),
		step("ok2", "post('/ok/recall?token=sekret')"),
		step("reset-always", "post('/reset-always/recall')"),
		step("cut", "post('/cut/recall').then(r=>r.text())"),
		step("login", "post('/login-expired/recall')"),
		step("abort", "post('/slow/recall',{signal:AbortSignal.timeout(300)})"),
		step("refused", "post('http://"+s.dead+"/recall',{mode:'no-cors'})"),
		step("dns", "post('http://nosuch.invalid/recall',{mode:'no-cors'})"),
		step("tls", "post('"+s.secure.URL+"/recall',{mode:'no-cors'})"),
		step("cors", "post('"+s.plain.URL+"'.replace('127.0.0.1','localhost')+'/cors/recall',{headers:{'Content-Type':'text/plain'}})"),
		step("ws404", "ws('ws"+s.plain.URL[4:]+"/ws404')"),
		step("wsrefused", "ws('ws://"+s.dead+"/ws')"),
		step("wsdns", "ws('ws://nosuch.invalid/ws')"),
	), "IncludeSensitive")
	t.Log(said, s.seen)
	os.WriteFile("/tmp/nlx/b.json", data, 0o644)
	var n int
	m, ps, err := Read(bytes.NewReader(data), "x", Options{}, func(r *Request) error { n++; t.Logf("%+v", *r); return nil })
	m2 := m
	m2.Lookups = nil
	t.Logf("%+v %v %v", m, ps, err)
}
