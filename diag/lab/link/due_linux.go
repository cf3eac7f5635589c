package link

import "time"

// leaving is a copy of a packet that waits for its time.
type leaving struct {
	at      time.Duration
	seq     uint64 // packets of one time leave as they came
	data    []byte
	chatter bool
}

// due is a binary heap, the next to leave first. container/heap would allocate
// for each packet.
type due []leaving

func (h due) less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}

func (h *due) push(l leaving) {
	*h = append(*h, l)
	q := *h
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.less(i, up) {
			return
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (h *due) pop() leaving {
	q := *h
	first, last := q[0], len(q)-1
	q[0], q[last] = q[last], leaving{}
	q = q[:last]
	*h = q
	for i := 0; ; {
		least := i
		for _, c := range [...]int{2*i + 1, 2*i + 2} {
			if c < last && q.less(c, least) {
				least = c
			}
		}
		if least == i {
			return first
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}
