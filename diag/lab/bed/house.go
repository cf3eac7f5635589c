package bed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// prefix begins the names of all that beds leave outside of their process: it
// is followed by the pid of the process that owns the bed.
const prefix = "mdbed-"

var house struct {
	sync.Mutex
	beds   map[*Bed]bool
	number int
	keeper *os.File // the pipe that tells the keeper that this process is gone
	lock   *os.File // held while any bed of this process wants the machine for itself
	locks  int
}

// enter registers a bed and gives its number in this process.
func enter(b *Bed) (number int, err error) {
	house.Lock()
	defer house.Unlock()
	if house.beds == nil {
		sweep()
		if house.keeper, err = keep(); err != nil {
			return 0, err
		}
		house.beds = map[*Bed]bool{}
		go onSignal()
	}
	house.number++
	house.beds[b] = true
	return house.number, nil
}

func leave(b *Bed) {
	house.Lock()
	defer house.Unlock()
	delete(house.beds, b)
}

// onSignal takes the beds down when somebody presses Ctrl-C, and then lets the
// signal do what it does.
func onSignal() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	s := <-c
	house.Lock()
	var beds []*Bed
	for b := range house.beds {
		beds = append(beds, b)
	}
	house.Unlock()
	if len(beds) == 0 {
		signal.Stop(c)
	}
	for _, b := range beds {
		_ = b.Close()
	}
	signal.Stop(c)
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Signal(s)
	}
}

// cleaner removes all that the process of pid $1 left behind, in $2 too.
const cleaner = `
for ns in /run/netns/mdbed-$1-*; do
	[ -e "$ns" ] || continue
	ns=${ns##*/}
	ip netns pids "$ns" | xargs -r kill -9
	ip netns del "$ns"
	rm -rf "/etc/netns/$ns"
done
rm -rf "$2/mdbed-$1-"*
`

// keep starts the keeper: a process that waits for the end of this one,
// whatever brought it about, and then clears up.
func keep() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// a session of its own: Ctrl-C is for the others
	cmd := exec.Command("setsid", "sh", "-c", "read -r _ || :\n"+cleaner, "bed-keeper", strconv.Itoa(os.Getpid()), os.TempDir())
	cmd.Stdin = r
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, fmt.Errorf("starting the bed's keeper: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	return w, nil
}

// sweep removes what processes that are gone left behind.
func sweep() {
	dead := map[string]bool{}
	for _, pattern := range []string{netnsDir, etcDir, os.TempDir()} {
		found, _ := filepath.Glob(filepath.Join(pattern, prefix+"*"))
		for _, path := range found {
			pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), prefix), "-")
			if n, err := strconv.Atoi(pid); err == nil && n != os.Getpid() && !alive(n) {
				dead[pid] = true
			}
		}
	}
	for pid := range dead {
		_ = exec.Command("sh", "-c", cleaner, "bed-sweep", pid, os.TempDir()).Run()
	}
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// turn waits until no other process has a bed that wants to be alone.
func turn(ctx context.Context) error {
	for {
		ok, err := tryTurn()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for another process's bed: %w", ctx.Err())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func tryTurn() (bool, error) {
	house.Lock()
	defer house.Unlock()
	if house.lock == nil {
		f, err := os.OpenFile(filepath.Join(os.TempDir(), "mdbed.lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return false, err
		}
		if !lockFile(f) {
			f.Close()
			return false, nil
		}
		house.lock = f
	}
	house.locks++
	return true, nil
}

func endTurn() {
	house.Lock()
	defer house.Unlock()
	if house.locks--; house.locks == 0 {
		house.lock.Close() // which unlocks it
		house.lock = nil
	}
}
