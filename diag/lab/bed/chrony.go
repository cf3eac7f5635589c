package bed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ChronyAddr is where the real chronyd answers once StartChrony has run.
var ChronyAddr = net.JoinHostPort(ChronyIP.String(), "123")

// HasChrony says why StartChrony cannot work here, nil where it can. With an
// offset other than 0 it needs libfaketime.
func HasChrony(offset time.Duration) error {
	if _, err := exec.LookPath("chronyd"); err != nil {
		return fmt.Errorf("chronyd is not installed (Debian: chrony)")
	}
	if _, err := exec.LookPath("faketime"); err != nil && offset != 0 {
		return fmt.Errorf("faketime is not installed (Debian: faketime)")
	}
	return nil
}

// StartChrony runs a real chronyd as a time server whose clock is off by
// offset, and returns once it answers. It touches no clock (-x). Reset ends it.
func (b *Bed) StartChrony(ctx context.Context, offset time.Duration) error {
	if err := HasChrony(offset); err != nil {
		return err
	}
	conf, pidFile := filepath.Join(b.Dir, "chrony.conf"), filepath.Join(b.Dir, "chrony.pid")
	text := fmt.Sprintf("port 123\ncmdport 0\nbindaddress %v\nallow all\nlocal stratum 2\npidfile %s\n", ChronyIP, pidFile)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return err
	}
	args := []string{"chronyd", "-d", "-x", "-u", "root", "-f", conf}
	if offset != 0 {
		args = append([]string{"faketime", "-f", fmt.Sprintf("%+.6fs", offset.Seconds())}, args...)
	}
	run, cancel := context.WithCancel(context.Background())
	cmd := b.Internet.Command(run, args[0], args[1:]...)
	var said words
	cmd.Stdout, cmd.Stderr = &said, &said
	// faketime starts chronyd as a child of its own, so the pid file tells whom to end
	if err := cmd.Start(); err != nil {
		cancel()
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	b.onReset(func() error {
		if pid, err := os.ReadFile(pidFile); err == nil {
			kill(strings.TrimSpace(string(pid)))
		}
		cancel()
		<-ended
		err := os.Remove(pidFile) // or the next one takes itself for the second
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	})
	for start := time.Now(); time.Since(start) < 5*time.Second && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			return fmt.Errorf("chronyd ended: %s", said.String())
		default:
		}
		if c, err := b.Internet.Dial(ctx, "udp", ChronyAddr); err == nil {
			_ = c.SetDeadline(time.Now().Add(200 * time.Millisecond))
			req := make([]byte, 48)
			req[0] = 0x23 // version 4, client
			_, _ = c.Write(req)
			n, err := c.Read(req)
			c.Close()
			if err == nil && n >= 48 {
				return nil
			}
		}
	}
	return fmt.Errorf("chronyd did not answer: %s", said.String())
}
