package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// inspect looks into a binary: is it what the target asks for, and does it
// keep the paths of the machine that built it to itself?
func inspect(bin string, t target) error {
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		return err
	}
	got := map[string]string{}
	for _, s := range info.Settings {
		got[s.Key] = s.Value
	}
	for key, want := range map[string]string{"GOOS": t.os, "GOARCH": t.arch, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if got[key] != want {
			return fmt.Errorf("%s is %q, not %q", key, got[key], want)
		}
	}
	data, err := os.ReadFile(bin)
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	if bytes.Contains(data, []byte(here+string(filepath.Separator))) {
		return fmt.Errorf("names the folder it was built in")
	}
	return nil
}

// member is one file of an archive.
type member struct {
	name string
	mode fs.FileMode
	data []byte
}

// pack puts the binary and its companions into the target's archive. The bytes
// depend on the content and the commit alone.
func pack(conf *config, vars vars, t target, bin, dist string) (string, error) {
	a := conf.Archives[0]
	vars.Os, vars.Arch = t.os, t.arch
	name, err := vars.fill(a.NameTemplate)
	if err != nil {
		return "", err
	}
	mtime, err := time.Parse(time.RFC3339, vars.CommitDate)
	if err != nil {
		return "", err
	}
	var members []member
	add := func(file, as string, mode fs.FileMode) error {
		data, err := os.ReadFile(file)
		members = append(members, member{path.Join(name, as), mode, data})
		return err
	}
	for _, set := range a.Files {
		found, err := filepath.Glob(set.Src) // sorted
		if err != nil {
			return "", err
		}
		if len(found) == 0 {
			return "", fmt.Errorf("no file is %s", set.Src)
		}
		for _, file := range found {
			as := filepath.ToSlash(file)
			if set.StripParent {
				as = path.Base(as)
			}
			if err := add(file, path.Join(set.Dst, as), fs.FileMode(set.Info.Mode)); err != nil {
				return "", err
			}
		}
	}
	if err := add(bin, filepath.Base(bin), fs.FileMode(a.BuildsInfo.Mode)); err != nil {
		return "", err
	}
	var buf bytes.Buffer
	format := conf.format(t.os)
	if format == "zip" {
		err = writeZip(&buf, members, mtime)
	} else {
		err = writeTar(&buf, members, mtime)
	}
	if err != nil {
		return "", err
	}
	out := filepath.Join(dist, name+"."+format)
	return out, os.WriteFile(out, buf.Bytes(), 0o644)
}

func writeTar(buf *bytes.Buffer, members []member, mtime time.Time) error {
	zw, err := gzip.NewWriterLevel(buf, gzip.BestCompression)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	for _, m := range members {
		err := tw.WriteHeader(&tar.Header{Name: m.name, Mode: int64(m.mode), Size: int64(len(m.data)), ModTime: mtime, Uname: "root", Gname: "root", Format: tar.FormatPAX})
		if err != nil {
			return err
		}
		if _, err := tw.Write(m.data); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zw.Close()
}

func writeZip(buf *bytes.Buffer, members []member, mtime time.Time) error {
	zw := zip.NewWriter(buf)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: mtime}
		h.SetMode(m.mode)
		w, err := zw.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := w.Write(m.data); err != nil {
			return err
		}
	}
	return zw.Close()
}

// writeSums writes the sha256 of every archive, in sha256sum's format.
func writeSums(conf *config, dist string, files []string) error {
	var out strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(data), filepath.Base(file))
	}
	return os.WriteFile(filepath.Join(dist, conf.Checksum.NameTemplate), []byte(out.String()), 0o644)
}
