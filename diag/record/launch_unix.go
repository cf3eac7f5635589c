//go:build !windows

package record

import (
	"os"
	"os/exec"
	"syscall"
)

// pipes gives the browser its two ends as descriptors 3 and 4, which is where
// Chromium looks for them; ours are what it writes and what it reads.
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
	cmd.ExtraFiles = []*os.File{theirR, theirW}
	return [2]*os.File{ourR, ourW}, cmd.ExtraFiles, nil
}

// detach puts the browser into a group of its own: Ctrl-C at the terminal ends
// the recording, and not the browser under it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killTree ends the browser and its helpers.
func killTree(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
