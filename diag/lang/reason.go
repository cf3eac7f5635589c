package lang

import (
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime"
	"syscall"
)

// reasons are the errors of systems and libraries that people meet, in words.
// The first that an error is counts.
var reasons = []struct {
	err  error
	text Text
}{
	{context.DeadlineExceeded, T("到了时限", "the time limit was reached")},
	{context.Canceled, T("被取消了", "it was cancelled")},
	{os.ErrDeadlineExceeded, T("到了时限", "the time limit was reached")},
	{syscall.EISDIR, T("这是文件夹", "it is a folder")},
	{syscall.ENOTDIR, T("路径中有一段不是文件夹", "a part of the path is not a folder")},
	{syscall.ENOSPC, T("磁盘满了", "the disk is full")},
	{syscall.EROFS, T("磁盘是只读的", "the disk is read-only")},
	{syscall.ENAMETOOLONG, T("名字太长", "the name is too long")},
	{syscall.EMFILE, T("打开的文件太多", "too many files are open")},
	{syscall.ENFILE, T("打开的文件太多", "too many files are open")},
	{syscall.ELOOP, T("符号链接绕成了圈", "the links go round in a circle")},
	{syscall.EIO, T("磁盘读写出错", "the disk failed")},
	{syscall.EFBIG, T("文件太大", "the file is too large")},
	{syscall.EPIPE, T("接收的一方已经关闭", "whoever reads it has closed")},
	{syscall.EBADF, T("没有打开", "it is not open")},
	{syscall.EINVAL, T("系统不接受这个操作", "the system does not take it")},
	{syscall.EADDRINUSE, T("地址已被占用", "the address is taken")},
	{syscall.EADDRNOTAVAIL, T("本机没有这个地址", "this machine does not have the address")},
	{syscall.ECONNREFUSED, T("连接被拒绝", "the connection was refused")},
	{syscall.ECONNRESET, T("连接被重置", "the connection was reset")},
	{fs.ErrNotExist, T("文件不存在", "no such file")},
	{fs.ErrPermission, T("没有权限", "permission denied")},
	{fs.ErrExist, T("文件已存在", "the file exists")},
	{fs.ErrClosed, T("已经关闭", "it is closed")},
	{zip.ErrFormat, T("不是 zip 压缩包，或不完整", "it is no zip archive, or not a whole one")},
	{zip.ErrChecksum, T("校验和不符，内容已损坏", "its checksum differs: the content is damaged")},
	{zip.ErrAlgorithm, T("用了不认识的压缩方法", "it is packed by an unknown method")},
	{gzip.ErrHeader, T("不是 gzip 压缩包", "it is no gzip archive")},
	{gzip.ErrChecksum, T("校验和不符，内容已损坏", "its checksum differs: the content is damaged")},
	{io.ErrUnexpectedEOF, T("文件不完整，提前结束了", "the file is cut off")},
	{io.EOF, T("文件不完整，提前结束了", "the file is cut off")},
	{io.ErrNoProgress, T("读不到数据", "nothing comes out of it")},
}

// onWindows are the system's numbers there for what has another name elsewhere.
var onWindows = map[syscall.Errno]Text{
	32: T("被其他程序占用", "another program holds it"), 33: T("被其他程序锁住", "another program has locked it"),
	39: T("磁盘满了", "the disk is full"), 112: T("磁盘满了", "the disk is full"), 123: T("名字里有不能用的字符", "the name has a character that it may not have"),
	109: T("接收的一方已经关闭", "whoever reads it has closed"), 232: T("接收的一方已经关闭", "whoever reads it has closed"), 19: T("磁盘是只读的", "the disk is read-only"),
}

// Reason says in both languages why something did not work, without the path:
// what systems and libraries report is in English alone. What it does not know
// it quotes as such.
func Reason(err error) Text {
	var p *Problem
	var no syscall.Errno
	if errors.As(err, &p) && !p.What.IsZero() {
		return p.What
	}
	if runtime.GOOS == "windows" && errors.As(err, &no) {
		if t, ok := onWindows[no]; ok {
			return t
		}
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.text
		}
	}
	var (
		corrupt flate.CorruptInputError
		syntax  *json.SyntaxError
		kind    *json.UnmarshalTypeError
		dns     *net.DNSError
	)
	switch {
	case errors.As(err, &corrupt):
		return T("压缩的内容已损坏", "the packed content is damaged")
	case errors.As(err, &syntax):
		return T("第 %d 个字节处不是有效的 JSON", "not valid JSON at byte %d").F(syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "":
		return T("第 %d 个字节处的值类型不对", "a value of the wrong kind at byte %d").F(kind.Offset)
	case errors.As(err, &kind):
		return T("%q 的值类型不对", "%q has a value of the wrong kind").F(kind.Field)
	case errors.As(err, &dns):
		return T("域名解析失败", "the name could not be resolved")
	}
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		err = pe.Err
	case errors.As(err, &le):
		err = le.Err
	}
	return T("系统的原话是 %q", "the system says %q").F(err.Error())
}
