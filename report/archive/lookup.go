package archive

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/redact"
)

// Place is a file of an archive that holds a pseudonym, and how often.
type Place struct {
	Pseudonym string
	File      string
	Count     int
}

// Lookup tells where a value's pseudonyms stand in an archive, with the user's
// key from its folder. Neither the archive nor the key alone can tell.
func Lookup(o *Opened, dir, value string) ([]Place, error) {
	m, err := o.Manifest()
	if err != nil {
		return nil, err
	}
	if m.Pseudonyms == nil {
		return nil, refuse(o.file, "manifest.json", lang.T("这份报告出自旧版本，代号查不回来", "the report is of an older version, whose pseudonyms cannot be looked up"))
	}
	path := filepath.Join(dir, KeyName)
	user, _, err := readKey(path)
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, &lang.Problem{File: path, What: lang.T("这台电脑上没有脱敏密钥", "there is no redaction key on this machine"), Hint: lang.T("请在写报告的那台电脑上查", "look it up on the machine that wrote the report")}
	}
	var p *lang.Problem
	if err != nil && !errors.As(err, &p) {
		return nil, &lang.Problem{File: path, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err))}
	}
	if err != nil {
		return nil, err
	}
	salt, err := hex.DecodeString(m.Pseudonyms.Salt)
	key := reportKey(user, salt)
	if err != nil || keyCheck(key) != m.Pseudonyms.Check {
		return nil, &lang.Problem{File: path, What: lang.T("这份报告不是用这台电脑的脱敏密钥写的", "the report was not written with this machine's redaction key"), Hint: lang.T("请在写报告的那台电脑上查", "look it up on the machine that wrote the report")}
	}
	var out []Place
	for _, pseudonym := range redact.New(key).Lookup(value) {
		for _, e := range m.Files {
			if strings.HasPrefix(e.Name, "attachments/") || e.Name == ledgerName {
				continue
			}
			data, err := o.File(e.Name)
			if err != nil {
				return nil, err
			}
			n := 0
			for _, form := range []string{pseudonym, strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(pseudonym), strings.NewReplacer("<", `\u003c`, ">", `\u003e`).Replace(pseudonym), strings.NewReplacer("<", "%3C", ">", "%3E", "#", "%23").Replace(pseudonym)} {
				n += bytes.Count(data, []byte(form))
			}
			if n > 0 {
				out = append(out, Place{pseudonym, e.Name, n})
			}
		}
	}
	return out, nil
}
