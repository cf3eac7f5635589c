package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
	"meiqia-diag/report/redact/batch"
)

type redactOptions struct {
	output, ledger, key string
	words               []string
	force               bool
}

func (a *app) reportRedact() *cobra.Command {
	o := &redactOptions{}
	cmd := &cobra.Command{
		Use: "redact FILE…", Short: a.t("脱敏任何文件、文件夹或旧报告", "redact any file, folder or old report"),
		Long: a.t("把手机号、证件号、银行卡、邮箱、姓名、IP、令牌、密码、聊天内容等换成代号，同一个值在一次运行里始终是同一个代号。先把全部文件看一遍，再逐个改写，写出之前由另一套规则复查；复查不过就什么也不写。正文里没有字段名可依的人名认不出来，请用 --redact 写出。看不懂的文件留在外面，不会原样写出。结果是 UTF-8。- 是标准输入，不写 --output 时写到标准输出。",
			"Replace phone numbers, national ids, bank cards, e-mail addresses, names, IP addresses, tokens, passwords, chat texts and the like by pseudonyms: one value has one pseudonym throughout a run. All files are gone through first and redacted then, and other rules look over the results before they are written; if those find anything, nothing is written. A person's name in running text, with no field to tell it, cannot be recognised: name it with --redact. A file that cannot be made out is left out, never passed on as it is. Results are in UTF-8. - is standard input; without --output the result goes to standard output."),
		Example: examples(a.t("一个日志", "a log"), "meiqia-diag report redact app.log --output app.redacted.log",
			a.t("整个文件夹，连同记录下换了哪些", "a folder, with a list of what was replaced"), "meiqia-diag report redact logs --output logs-redacted --ledger ledger.json",
			a.t("管道，并去掉一个人名", "in a pipe, a person's name taken out too"), "meiqia-diag report redact - --redact 张三 < app.log > clean.log"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &lang.Problem{Field: cmd.CommandPath(), What: lang.T("没有写要脱敏什么", "nothing to redact is named"), Hint: seeHelp(cmd)}
			}
			stdin := 0
			for _, p := range args {
				if p == "-" {
					stdin++
				}
			}
			if stdin > 1 {
				return &lang.Problem{Field: "-", What: lang.T("标准输入写了两次", "standard input is named twice"), Hint: seeHelp(cmd)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.redact(cmd.Context(), o, args) },
	}
	f := a.flagsOf(cmd)
	f.text(&o.output, "output", "PATH", "结果写到的文件或文件夹；默认写到标准输出", "where the result goes, a file or a folder; standard output by default")
	f.list(&o.words, "redact", "WORD", "还要去掉的词，如人名；可重复", "a word to take out as well, such as a person's name; repeatable")
	f.text(&o.ledger, "ledger", "FILE", "把换了什么（文件、行、规则、代号，不含原值）写成 JSON", "write what was replaced as JSON: file, line, rule, pseudonym, never the value")
	f.text(&o.key, "key", "FILE", "代号的密钥，您自己留着；没有这个文件就生成一个", "the key of the pseudonyms, which you keep; it is made if there is no such file")
	f.yes(&o.force, "force", "可以覆盖已有的文件", "files that are there may be overwritten")
	return cmd
}

// redact runs the command.
func (a *app) redact(ctx context.Context, o *redactOptions, paths []string) error {
	opt := batch.Options{Paths: paths, Stdin: a.in, Output: o.output, Stdout: a.out, Force: o.force}
	if opt.Output == "-" {
		opt.Output = ""
	}
	for _, w := range o.words {
		if strings.TrimSpace(w) == "" {
			return &lang.Problem{Field: "--redact", What: lang.T("词是空的", "the word is empty"), Hint: lang.T("请写出要去掉的词", "give the word to take out")}
		}
		opt.Words = append(opt.Words, w)
	}
	if o.ledger != "" && !o.force {
		if _, err := os.Lstat(o.ledger); err == nil {
			return &lang.Problem{File: o.ledger, What: lang.T("文件已存在", "the file exists"), Hint: lang.T("换个名字，或加 --force", "choose another name, or add --force")}
		}
	}
	var err error
	if opt.Key, err = a.redactionKey(o.key); err != nil {
		return err
	}
	p := a.progress(0)
	defer p.stop()
	opt.Doing = func(name string) { p.doing(lang.T("正在脱敏 %s", "redacting %s").F(harmless(name))) }
	opt.Learning = func(name string) { p.doing(lang.T("正在通读 %s", "reading through %s").F(harmless(name))) }
	res, err := batch.Run(ctx, opt)
	p.stop()
	if err != nil {
		return err
	}
	if o.ledger != "" {
		data, err := json.MarshalIndent(res.Ledger, "", "  ")
		if err != nil {
			return err
		}
		data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">"))
		if err := archive.WriteFile(ctx, o.ledger, append(data, '\n'), o.force); err != nil {
			return unwritable(o.ledger, err)
		}
	}
	a.redacted(o, res)
	return nil
}

// redacted tells on stderr what was replaced.
func (a *app) redacted(o *redactOptions, res batch.Result) {
	for _, d := range res.Done {
		var parts []string
		for _, rule := range batch.Rules(d.Counts) {
			parts = append(parts, fmt.Sprintf("%s × %d", rule, d.Counts[rule]))
		}
		if len(parts) == 0 {
			a.say(lang.T("%s：没有要换的", "%s: nothing to replace").F(d.Name))
			continue
		}
		a.say(lang.T("%s：%s", "%s: %s").F(d.Name, strings.Join(parts, a.t("，", ", "))))
	}
	for _, l := range res.Left {
		a.note(lang.T("没有写出：%s（%s）", "left out: %s (%s)").F(l.Path, l.Why))
	}
	if o.key == "" {
		a.note(lang.T("这次的密钥用后即弃，代号以后查不回来；要能查回请用 --key", "the key of this run is forgotten, so its pseudonyms cannot be looked up later; use --key to be able to"))
	}
}

// redactionKey reads the key in a file, or makes one; "" is a random one.
func (a *app) redactionKey(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, err
		}
		if err := archive.WriteFile(context.Background(), path, []byte(hex.EncodeToString(key)+"\n"), false); err != nil {
			return nil, unwritable(path, err)
		}
		a.say(lang.T("已生成密钥 %s，请留好，不要和结果一起发出。", "made the key %s: keep it, and do not send it with the results.").F(path))
		return key, nil
	}
	bad := func(what lang.Text) ([]byte, error) {
		return nil, &lang.Problem{Field: "--key", File: path, What: what, Hint: lang.T("请给出 --key 生成的文件：64 位十六进制数", "give a file that --key made: 64 hexadecimal digits")}
	}
	if err != nil {
		return bad(lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)))
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return bad(lang.T("不是普通文件", "this is not a regular file"))
	}
	data, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return bad(lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)))
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(data)))
	if err != nil || len(key) != 32 {
		return bad(lang.T("这不是密钥", "this is no key"))
	}
	return key, nil
}

func unwritable(path string, err error) error {
	var p *lang.Problem
	if errors.As(err, &p) {
		return err
	}
	return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请换一个能写的位置", "choose a place that can be written to")}
}
