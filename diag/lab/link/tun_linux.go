package link

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// deviceQueue is the length of the queue in a TUN device, packets: long enough
// that a stall of the emulator delays packets and does not drop them.
const deviceQueue = 20000

// openTUN makes a TUN device in a namespace and gives its file, which reads and
// writes bare IP packets without blocking.
func openTUN(end End, mtu int) (fd int, err error) {
	fd = -1
	err = In(end.Namespace, func() error {
		fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("/dev/net/tun: %w", err)
		}
		req, err := unix.NewIfreq(end.Device)
		if err != nil {
			return fmt.Errorf("device name %q: %w", end.Device, err)
		}
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
			return fmt.Errorf("making device %s: %w", end.Device, err)
		}
		s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(s)
		for name, set := range map[string]struct {
			request uint
			value   uint32
		}{"queue": {unix.SIOCSIFTXQLEN, deviceQueue}, "MTU": {unix.SIOCSIFMTU, uint32(mtu)}} {
			req, _ := unix.NewIfreq(end.Device)
			req.SetUint32(set.value)
			if err := unix.IoctlIfreq(s, set.request, req); err != nil {
				return fmt.Errorf("setting the %s of %s: %w", name, end.Device, err)
			}
		}
		return nil
	})
	if err != nil && fd >= 0 {
		unix.Close(fd)
	}
	return fd, err
}

// droppedBy reads how many packets a device dropped because nobody read them.
func droppedBy(end End) (n int64, err error) {
	err = In(end.Namespace, func() error {
		text, err := os.ReadFile("/proc/thread-self/net/dev")
		if err != nil {
			return err
		}
		for line := range bytes.Lines(text) {
			name, rest, ok := strings.Cut(strings.TrimSpace(string(line)), ":")
			// eight columns received, then bytes, packets, errors and drops sent
			if f := strings.Fields(rest); ok && name == end.Device && len(f) >= 12 {
				n, err = strconv.ParseInt(f[11], 10, 64)
				return err
			}
		}
		return errors.New("no such device")
	})
	return n, err
}
