package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/compare"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// comparison compares the two recordings and puts what differs into the first,
// where the diagnosis, now and later, finds it.
func (a *app) comparison(ctx context.Context, with, without string, in *input) error {
	look := func(dir string) *attempt.Attempt {
		limited, cancel := context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
		ev := evidence.Read(limited, []string{dir}, evidence.Options{})
		return attempt.BuildUntil(limited, ev, incident.New(), in.profile)
	}
	c := compare.Recordings(look(with), look(without))
	if ctx.Err() != nil {
		return errInterrupted
	}
	line, err := json.Marshal(recording.Event{Type: "compare", At: a.now().UTC().Truncate(time.Millisecond), Compare: &c})
	if err != nil {
		return err
	}
	path := filepath.Join(with, "page.jsonl")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(append(line, '\n'))
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请腾出空间", "make room")}
	}
	return nil
}
