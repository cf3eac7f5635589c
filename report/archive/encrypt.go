package archive

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"

	"meiqia-diag/diag/lang"
)

// Encrypt encrypts an archive in memory to all of the recipients.
// https://age-encryption.org/v1
func Encrypt(data []byte, to []age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, &lang.Problem{What: lang.T("加密失败，没有写出文件", "the encryption failed, and no file was written"), Hint: lang.T("请检查公钥", "check the public keys")}
	}
	return out.Bytes(), nil
}

// maxKeys bounds a file of keys.
const maxKeys = 1 << 20

// Recipients reads public keys: an age1… or ssh-ed25519 key itself, or a file
// that holds some, one a line.
func Recipients(given []string) ([]age.Recipient, error) {
	var out []age.Recipient
	for _, s := range given {
		s = strings.TrimSpace(s)
		switch {
		case s == "":
			return nil, &lang.Problem{What: lang.T("公钥是空的", "the public key is empty"), Hint: keyHint}
		case secret(s):
			return nil, secretGiven("")
		case isRecipient(s):
			r, err := recipient(s)
			if err != nil {
				return nil, &lang.Problem{Field: short(s), What: lang.T("公钥不对：抄漏了字符？", "this public key is not whole: is a character missing?"), Hint: lang.T("请向对方再要一次", "ask for it again")}
			}
			out = append(out, r)
		default:
			list, err := recipientFile(s)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
		}
	}
	return out, nil
}

var keyHint = lang.T("请写 age1… 开头的公钥，或存有公钥的文件", "give a public key, which begins with age1, or a file of such keys")

func isRecipient(s string) bool {
	return strings.HasPrefix(s, "age1") && !strings.ContainsAny(s, `./\`) || strings.HasPrefix(s, "ssh-")
}

func recipient(s string) (age.Recipient, error) {
	if strings.HasPrefix(s, "ssh-") {
		return agessh.ParseRecipient(s)
	}
	list, err := age.ParseRecipients(strings.NewReader(s))
	if err != nil || len(list) != 1 {
		return nil, errors.Join(err, errors.New("no key"))
	}
	return list[0], nil
}

func secret(s string) bool {
	return strings.Contains(strings.ToUpper(s), "AGE-SECRET-KEY-") || strings.Contains(s, "PRIVATE KEY-----")
}

func secretGiven(file string) error {
	return &lang.Problem{File: file, What: lang.T("这是私钥，不是公钥", "this is a private key and not a public one"), Hint: lang.T("加密用公钥（age1…）；私钥请收好，不要交给别人", "encryption takes the public key (age1…); keep the private one to yourself")}
}

func short(s string) string {
	if len(s) > 16 {
		return s[:16] + "…"
	}
	return s
}

func recipientFile(file string) ([]age.Recipient, error) {
	data, err := readSmall(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &lang.Problem{Field: file, What: lang.T("既不是公钥，也不是文件", "neither a public key nor a file"), Hint: keyHint}
	}
	if err != nil {
		return nil, &lang.Problem{File: file, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), Hint: keyHint}
	}
	if secret(string(data)) {
		return nil, secretGiven(file)
	}
	var out []age.Recipient
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, maxKeys+1)
	for n := 1; lines.Scan(); n++ {
		s := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		r, err := recipient(s)
		if err != nil {
			return nil, &lang.Problem{File: file, Line: n, What: lang.T("这一行不是公钥", "this line is no public key"), Hint: keyHint}
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, &lang.Problem{File: file, What: lang.T("里面没有公钥", "it holds no public key"), Hint: keyHint}
	}
	return out, nil
}

// Identities reads private keys from a file: those of age, or one of OpenSSH
// that has no passphrase.
func Identities(file string) ([]age.Identity, error) {
	hint := lang.T("请给出存有私钥（AGE-SECRET-KEY-1…）的文件", "give the file that holds the private key (AGE-SECRET-KEY-1…)")
	data, err := readSmall(file)
	if err != nil {
		return nil, &lang.Problem{File: file, What: lang.T("读不了：%s", "cannot read: %s").F(lang.Reason(err)), Hint: hint}
	}
	if bytes.Contains(data, []byte("PRIVATE KEY-----")) {
		id, err := agessh.ParseIdentity(data)
		if err != nil {
			return nil, &lang.Problem{File: file, What: lang.T("这个 SSH 私钥用不了（有口令，或种类不支持）", "this SSH key cannot be used: it has a passphrase, or is of a kind that is not known"), Hint: hint}
		}
		return []age.Identity{id}, nil
	}
	ids, err := age.ParseIdentities(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err != nil || len(ids) == 0 {
		return nil, &lang.Problem{File: file, What: lang.T("里面没有能用的私钥", "it holds no private key that can be used"), Hint: hint}
	}
	return ids, nil
}

func readSmall(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeys+1))
	if err == nil && len(data) > maxKeys {
		err = errTooBig
	}
	return data, err
}

var errNotRegular = &lang.Problem{What: lang.T("不是普通文件", "not a regular file")}

// The two ways in which an encrypted file begins.
var (
	ageHead   = []byte("age-encryption.org/v1\n")
	armorHead = []byte(armor.Header)
)

// Encrypted tells whether a file's first bytes are those of an encrypted one.
func Encrypted(head []byte) bool {
	return bytes.HasPrefix(head, ageHead) || bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), armorHead)
}

// decrypt opens an encrypted report, of which no more than max bytes are read.
func decrypt(file string, data []byte, ids []age.Identity, max int64) ([]byte, error) {
	if len(ids) == 0 {
		return nil, &lang.Problem{File: file, What: lang.T("报告是加密的", "the report is encrypted"), Hint: lang.T("请加 --identity 私钥文件", "add --identity and the file of the private key")}
	}
	var src io.Reader = bytes.NewReader(data)
	if !bytes.HasPrefix(data, ageHead) {
		src = armor.NewReader(src)
	}
	broken := func() error {
		return &lang.Problem{File: file, What: lang.T("加密的报告不完整，或被改动过", "the encrypted report is not whole, or was changed"), Hint: lang.T("请对方重新发来", "have it sent again")}
	}
	r, err := age.Decrypt(src, ids...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, &lang.Problem{File: file, What: lang.T("这个私钥打不开它：报告是加密给别人的", "this private key does not open it: the report was encrypted to somebody else"), Hint: lang.T("请用收件人的私钥", "use the private key of its recipient")}
	case err != nil:
		return nil, broken()
	}
	out, err := io.ReadAll(io.LimitReader(r, max+1))
	switch {
	case err != nil:
		return nil, broken()
	case int64(len(out)) > max:
		return nil, refuse(file, "", lang.T("文件超过 %d MiB", "the file is over %d MiB").F(max>>20))
	}
	return out, nil
}
