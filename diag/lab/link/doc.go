// Package link is an emulated network link between two network namespaces: it
// carries IPv4 and IPv6 packets between a TUN device in each and treats them as
// a bad line would, in a way that is known exactly.
//
// Each direction has its Conditions (delay, jitter, loss, bursts of loss, rate
// and queue, black-out, duplicates, reordering, largest packet), which may change
// while packets flow, and its Stats and packet log, which are the ground truth
// that a measurement is held against. What becomes of a packet is decided by a
// Scheduler that knows neither devices nor clocks, so that its arithmetic is
// tested without either.
//
// The devices need Linux, root and /dev/net/tun; elsewhere Open says so. One
// thread per direction reads, schedules and writes. Packets leave within some
// tens of microseconds of their time while the machine is not overloaded;
// Stats.Late tells how late they really were.
package link
