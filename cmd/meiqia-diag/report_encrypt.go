package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

func (a *app) reportEncrypt() *cobra.Command {
	var to []string
	var output string
	var force bool
	cmd := &cobra.Command{
		Use: "encrypt FILE", Short: a.t("把报告加密给技术支持", "encrypt a report to the support desk"),
		Long: a.t("用收件人的公钥加密一份通过检验的报告（age 格式），只有对应的私钥能打开。原来的报告留在原处。加密失败时什么也不写。",
			"Encrypt a report that passes validation to its recipients' public keys (the age format); only their private keys open it. The report itself stays where it is. Nothing is written when the encryption fails."),
		Example: examples(a.t("加密给技术支持", "encrypt it to the support desk"), "meiqia-diag report encrypt report.zip --to age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
			a.t("公钥存在文件里", "public keys from a file"), "meiqia-diag report encrypt report.zip --to desk.pub --output report.age"),
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(to) == 0 {
				return &lang.Problem{Field: "--to", What: lang.T("没有写加密给谁", "no recipient is named"), Hint: lang.T("请写 --to age1…，或公钥文件", "write --to age1…, or a file of public keys")}
			}
			keys, err := archive.Recipients(to)
			if err != nil {
				return underFlag("--to", err)
			}
			if output == "" && args[0] == "-" {
				return noOutput()
			}
			o, doc, err := a.readReport(args[0], nil)
			if err != nil {
				return err
			}
			if ps := doubts(o, doc); len(ps) > 0 {
				return ps
			}
			if output == "" {
				output = args[0] + ".age"
			}
			data, err := archive.Encrypt(o.Bytes(), keys)
			if err != nil {
				return err
			}
			if err := a.writeNew(cmd, output, data, force); err != nil {
				return err
			}
			if args[0] != "-" {
				a.say(lang.T("原来的报告还在 %s，没有加密。", "The report itself is still at %s, not encrypted.").F(args[0]))
			}
			return a.written(output, lang.T("%s：已加密；里面的报告 sha256 %s", "%s: encrypted; the report inside has the sha256 %s").F(harmless(output), o.SHA256()))
		},
	}
	f := a.flagsOf(cmd)
	f.list(&to, "to", "KEY|FILE", "收件人的公钥（age1…、ssh-ed25519 …），或公钥文件；可重复", "a recipient's public key (age1…, ssh-ed25519 …), or a file of them; repeatable")
	f.text(&output, "output", "PATH", "加密后的文件；默认在原名后加 .age；- 为标准输出", "the encrypted file; by default the name with .age behind it; - is standard output")
	f.yes(&force, "force", "可以覆盖已有的文件", "the file may be overwritten")
	return cmd
}

// underFlag says of a problem with a flag's value which flag it is.
func underFlag(flag string, err error) error {
	var p *lang.Problem
	if err == nil || !errors.As(err, &p) || p.File != "" {
		return err
	}
	one := *p
	one.Field = strings.TrimSpace(flag + " " + p.Field)
	return &one
}

// noOutput turns away a report from standard input whose output has no name.
func noOutput() error {
	return &lang.Problem{Field: "--output", What: lang.T("报告来自标准输入，没有写结果存在哪里", "the report comes from standard input, and it is not said where the result goes"), Hint: lang.T("请写 --output 文件；- 为标准输出", "write --output FILE; - is standard output")}
}

// writeNew writes a file whole or not at all, or standard output for -, and
// says what kept it from being written.
func (a *app) writeNew(cmd *cobra.Command, path string, data []byte, force bool) error {
	if path == "-" {
		if a.outTTY {
			return &lang.Problem{Field: "--output -", What: lang.T("标准输出是终端，不能写到上面", "standard output is a terminal, which does not take it"), Hint: lang.T("请接 > 文件 或 | 命令", "put > FILE or | COMMAND behind it")}
		}
		_, err := a.out.Write(data)
		return err
	}
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return &lang.Problem{Field: "--output " + path, What: lang.T("没有文件夹 %s", "there is no folder %s").F(filepath.Dir(path)), Hint: lang.T("请先建好文件夹", "make the folder first")}
	}
	err := archive.WriteFile(cmd.Context(), path, data, force)
	var p *lang.Problem
	switch {
	case err == nil, cmd.Context().Err() != nil:
		return interruptedOr(cmd.Context(), err)
	case errors.As(err, &p):
		return p
	}
	return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请用 --output 换一个能写的位置", "choose a place that can be written to with --output")}
}

// written says what was written where: on stdout, unless that holds it.
func (a *app) written(path string, t lang.Text) error {
	if path == "-" {
		return nil
	}
	_, err := fmt.Fprintln(a.out, t.In(a.lang))
	return err
}

func (a *app) reportDecrypt() *cobra.Command {
	var identities []string
	var output string
	var force bool
	cmd := &cobra.Command{
		Use: "decrypt FILE", Short: a.t("解开加密的报告", "decrypt a report"),
		Long: a.t("用私钥解开加密的报告，写成普通的报告压缩包。只想看内容时用 report show --identity，不必解开。",
			"Decrypt a report with a private key, into a plain report archive. To look at it there is report show --identity, which leaves nothing behind."),
		Example: examples(a.t("解成 report.zip", "into report.zip"), "meiqia-diag report decrypt report.zip.age --identity desk.key"),
		Args:    oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" && args[0] == "-" {
				return noOutput()
			}
			o, err := a.openReport(args[0], identities)
			if err != nil {
				return err
			}
			if !o.Encrypted {
				return &lang.Problem{File: o.Name(), What: lang.T("报告没有加密", "the report is not encrypted"), Hint: lang.T("直接用 report show 打开", "report show opens it as it is")}
			}
			if output == "" {
				if output = strings.TrimSuffix(args[0], ".age"); output == args[0] {
					output += ".zip"
				}
			}
			if err := a.writeNew(cmd, output, o.Bytes(), force); err != nil {
				return err
			}
			return a.written(output, lang.T("%s：已解开；sha256 %s", "%s: decrypted; sha256 %s").F(harmless(output), o.SHA256()))
		},
	}
	f := a.flagsOf(cmd)
	f.identity(&identities)
	f.text(&output, "output", "PATH", "解开后的文件；默认去掉 .age；- 为标准输出", "the decrypted file; by default the name without .age; - is standard output")
	f.yes(&force, "force", "可以覆盖已有的文件", "the file may be overwritten")
	return cmd
}

func (a *app) reportKeygen() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "keygen", Short: a.t("给技术支持生成一对密钥", "make a pair of keys for the support desk"),
		Long: a.t("生成一对 age 密钥：私钥写进文件（0600），只由收报告的人保管；公钥打印出来，发给要加密报告的人。",
			"Make a pair of age keys: the private one goes into a file (0600) that only those who receive reports keep; the public one is printed, for those who encrypt reports."),
		Example: examples(a.t("生成密钥", "make the keys"), "meiqia-diag report keygen --output desk.key"),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output == "" {
				return &lang.Problem{Field: "--output", What: lang.T("没有写私钥存在哪里", "it is not said where the private key goes"), Hint: lang.T("请写 --output desk.key", "write --output desk.key")}
			}
			if _, err := os.Lstat(output); err == nil && output != "-" { // a key that is gone is gone, with all reports encrypted to it
				return &lang.Problem{File: output, What: lang.T("文件已存在，私钥不会被覆盖", "the file exists, and no private key is overwritten"), Hint: lang.T("换个名字", "choose another name")}
			}
			id, err := age.GenerateX25519Identity()
			if err != nil {
				return err
			}
			text := fmt.Sprintf("# created: %s\n# public key: %s\n%s\n", a.now().UTC().Format("2006-01-02T15:04:05Z"), id.Recipient(), id)
			if err := a.writeNew(cmd, output, []byte(text), false); err != nil {
				return err
			}
			if output == "-" { // what is on stdout is the private key, and nothing else
				a.say(lang.T("私钥已写到标准输出，请收好；公钥是 %s", "The private key is on standard output: keep it safe. The public key is %s").F(id.Recipient().String()))
				return nil
			}
			a.say(lang.T("私钥在 %s，请收好；下面是公钥。", "The private key is in %s: keep it safe. This is the public key.").F(output))
			_, err = fmt.Fprintln(a.out, id.Recipient())
			return err
		},
	}
	f := a.flagsOf(cmd)
	f.text(&output, "output", "FILE", "私钥文件；- 为标准输出", "the file of the private key; - is standard output")
	return cmd
}
