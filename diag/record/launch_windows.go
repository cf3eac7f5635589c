package record

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// pipes hands the browser its two ends as inherited handles, which Chromium
// takes from --remote-debugging-io-pipes; ours are what it writes and what it reads.
func pipes(cmd *exec.Cmd) (ours [2]*os.File, theirs []*os.File, err error) {
	theirR, ourW, err := os.Pipe()
	if err != nil {
		return ours, nil, err
	}
	ourR, theirW, err := os.Pipe()
	if err != nil {
		theirR.Close()
		ourW.Close()
		return ours, nil, err
	}
	r, w := syscall.Handle(theirR.Fd()), syscall.Handle(theirW.Fd())
	for _, h := range []syscall.Handle{r, w} {
		if err := syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
			return ours, nil, err
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{AdditionalInheritedHandles: []syscall.Handle{r, w}}
	cmd.Args = append([]string{cmd.Args[0], "--remote-debugging-io-pipes=" + strconv.FormatUint(uint64(r), 10) + "," + strconv.FormatUint(uint64(w), 10)}, cmd.Args[1:]...)
	return [2]*os.File{ourR, ourW}, []*os.File{theirR, theirW}, nil
}

// detach puts the browser into a group of its own: Ctrl-C at the console ends
// the recording, and not the browser under it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr.CreationFlags |= syscall.CREATE_NEW_PROCESS_GROUP }

// killTree ends the browser; its helpers end by themselves when it is gone.
func killTree(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill()
	}
}
