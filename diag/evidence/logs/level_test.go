package logs

import "testing"

func TestLevelOf(t *testing.T) {
	for text, want := range map[string]Level{
		"2026-11-20 10:22:41 [error] 12#12: x":               LevelError,
		"2026-11-20 10:22:41.123  INFO 4321 --- failed once": LevelInfo,
		"2026-11-20 10:22:41 ERROR x":                        LevelError,
		"2026-11-20 10:22:41 warn slow":                      LevelWarn,
		"level=warning msg=x":                                LevelWarn,
		`{"level":50,"msg":"x"}`:                             LevelError,
		`{"level":"info","error":null}`:                      LevelInfo,
		"ERROR: boom":                                        LevelError,
		"error: boom":                                        LevelError,
		"FATAL out of memory":                                LevelFatal,
		"[debug] retry failed":                               LevelDebug,
		"no error":                                           LevelNone,
		"no errors found":                                    LevelNone,
		"no new fatal errors":                                LevelNone,
		"errors: 0":                                          LevelNone,
		"errors: 0 warnings: 0":                              LevelNone,
		"errors=0 done":                                      LevelNone,
		"12 ok, 0 failed":                                    LevelNone,
		"10 failed":                                          LevelError,
		"error=null":                                         LevelNone,
		"error=null status=200":                              LevelNone,
		"error=timeout":                                      LevelError,
		`"error":null,"x":1`:                                 LevelNone,
		`"error":"boom"`:                                     LevelError,
		"error: nil pointer dereference":                     LevelError,
		"error: 0x80070005":                                  LevelError,
		"error: no route to host":                            LevelError,
		"ERROR=0":                                            LevelNone,
		"completed without errors":                           LevelNone,
		"error-free run":                                     LevelNone,
		"GET /error/404.html":                                LevelNone,
		"wrote error.log":                                    LevelNone,
		"terror mirrored":                                    LevelNone,
		"error_count 3":                                      LevelNone,
		"errorHandler registered":                            LevelNone,
		"onerror set":                                        LevelNone,
		"Uncaught TypeError: x is null":                      LevelError,
		"java.lang.IllegalStateException: x":                 LevelError,
		"recall failed":                                      LevelError,
		"not failed":                                         LevelNone,
		"[Violation] 'click' handler took 4312ms":            LevelWarn,
		"[Deprecation] x will fail":                          LevelWarn,
		"POST https://a.example/ net::ERR_FAILED":            LevelError,
		"GET https://a.example/ 404 (Not Found)":             LevelError,
		"GET https://a.example/ 200 (OK)":                    LevelNone,
		"撤回失败":                                               LevelError,
		"没有错误":                                               LevelNone,
		"无异常":                                                LevelNone,
		"错误码: 0":                                             LevelNone,
		"错误码:40012":                                          LevelError,
		"失败: 0":                                              LevelNone,
		"无法连接, 超时":                                           LevelError,
		"程序崩溃":                                               LevelFatal,
		"警告: 即将过期":                                           LevelWarn,
		"":                                                   LevelNone,
		"hello":                                              LevelNone,
		"HTTP/1.1 404 Not Found":                             LevelNone,
	} {
		if got := LevelOf(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func FuzzLevelOf(f *testing.F) {
	for _, s := range []string{"error", "错误：0", "[", "level=", "0 errors(s)=", "status of 503 (", `"error":`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if LevelOf(s) == "" {
			t.Fatalf("%q has no level at all", s)
		}
	})
}
