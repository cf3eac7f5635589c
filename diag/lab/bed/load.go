package bed

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"meiqia-diag/diag/lab/link"
)

const loadPort = "9000"

// Load keeps a direction busy with bulk TCP transfers between client and
// server, until Reset. It returns when they have had a second to fill the queues.
// Give the link a rate first: without one they take the whole machine.
func (b *Bed) Load(ctx context.Context, d link.Direction, flows int) error {
	if b.WAN.Conditions(d).Rate == 0 && b.LAN.Conditions(d).Rate == 0 {
		return errors.New("a load needs a link with a rate")
	}
	addr := net.JoinHostPort(BackendIP(0).String(), loadPort)
	l, err := b.Server.Listen(addr)
	if err != nil {
		return err
	}
	b.serveConns(l, func(_ context.Context, c net.Conn) { pump(c, d == link.Down) })
	var conns []net.Conn
	var wg sync.WaitGroup
	b.onReset(func() error {
		for _, c := range conns {
			// without waiting for what is still in its buffers to cross the slow link
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}
		wg.Wait()
		return nil
	})
	for range flows {
		c, err := b.Client.Dial(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		conns = append(conns, c)
		wg.Go(func() { pump(c, d == link.Up) })
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// pump writes to a connection, or reads from it, until it ends.
func pump(c net.Conn, write bool) {
	defer c.Close()
	buf := make([]byte, 64<<10)
	for {
		var err error
		if write {
			_, err = c.Write(buf)
		} else {
			_, err = c.Read(buf)
		}
		if err != nil {
			return
		}
	}
}
