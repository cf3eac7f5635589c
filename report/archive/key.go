package archive

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"meiqia-diag/diag/lang"
)

// KeyName is the user's key in the folder of the program's settings.
const KeyName = "redaction.key"

const keySize = 32

// UserKey reads the user's key from a folder, and makes it on first need: 32
// random bytes in hexadecimal, for this user alone (0600). A key that is there
// is never written over. It stays on this machine: who has it can tell which
// pseudonym stands for a value, and nobody else can.
//
// warn is about a key that others may read; it can be used all the same.
func UserKey(dir string) (key []byte, warn *lang.Problem, err error) {
	path := filepath.Join(dir, KeyName)
	if key, warn, err = readKey(path); !errors.Is(err, fs.ErrNotExist) {
		return key, warn, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	key = make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, nil, err
	}
	tmp, err := os.CreateTemp(dir, "."+KeyName+"-*.tmp") // 0600
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(hex.EncodeToString(key) + "\n")
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = moveNew(tmp.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) { // another run was faster: its key is the user's
		return readKey(path)
	}
	return key, nil, err
}

// readKey reads a key file that is there.
func readKey(path string) (key []byte, warn *lang.Problem, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	bad := func(what lang.Text) (_ []byte, _ *lang.Problem, err error) {
		return nil, nil, &lang.Problem{File: path, What: what, Hint: lang.T("请恢复它的备份；确定不再需要旧报告的代号时，把它移走，下次会生成新的", "put its backup back; or move it away once the pseudonyms of old reports are no longer needed, and a new one is made")}
	}
	if !info.Mode().IsRegular() {
		return bad(lang.T("脱敏密钥不是普通文件", "the redaction key is not a regular file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, nil, err
	}
	key, err = hex.DecodeString(string(bytes.TrimSpace(data)))
	if err != nil || len(key) != keySize {
		return bad(lang.T("脱敏密钥损坏：应是 %d 位十六进制数", "the redaction key is damaged: it should be %d hexadecimal digits").F(2 * keySize))
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		warn = &lang.Problem{File: path, What: lang.T("别人也能读这个脱敏密钥", "others may read this redaction key"), Hint: lang.T("请执行 chmod 600", "run chmod 600 on it")}
	}
	return key, warn, nil
}

// randomKey is the key of a run that finds no place to keep one.
func randomKey() ([]byte, error) {
	key := make([]byte, keySize)
	_, err := rand.Read(key)
	return key, err
}

// derive gives a report's own salt and key from the user's key and the digest
// of its incident and evidence: the same evidence has the same pseudonyms, and
// two reports cannot be linked by them. The salt stands in the manifest, so it
// is keyed itself: otherwise a guess of the few digits that a report hides
// could be tried on the digest.
func derive(user []byte, digest []byte) (salt, key []byte) {
	salt = keyed(user, "salt", digest)[:16]
	return salt, reportKey(user, salt)
}

func reportKey(user, salt []byte) []byte { return keyed(user, "report", salt) }

// keyCheck tells a wrong key from the right one, and nothing else.
func keyCheck(key []byte) string { return hex.EncodeToString(keyed(key, "check", nil)[:8]) }

func keyed(key []byte, what string, data []byte) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = io.WriteString(m, "meiqia-diag "+what+"\x00")
	m.Write(data)
	return m.Sum(nil)
}
