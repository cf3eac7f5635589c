package link

import "errors"

// End is one end of a link.
type End struct {
	Namespace string // path of the network namespace, as /run/netns/x; "" is this one
	Device    string // name of the TUN device that is made there
}

// Options say what a link joins.
type Options struct {
	A, B     End
	Up, Down Conditions // A to B, B to A
	Seed     uint64     // two links of one seed that get the same packets treat them the same
	Log      int        // packets kept in the log of each direction; 0 is 65,536, negative is none
	MTU      int        // of the devices, bytes; 0 is 1500
}

// ErrUnsupported is what Open answers where there are no network namespaces.
var ErrUnsupported = errors.New("the link emulator needs Linux with network namespaces and /dev/net/tun")
