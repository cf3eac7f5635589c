//go:build !linux

package link

// Link is a running link. There is none on this system.
type Link struct{}

// Open says that this system has no such devices.
func Open(Options) (*Link, error) { return nil, ErrUnsupported }

// Set does nothing here.
func (l *Link) Set(Direction, Conditions) error { return ErrUnsupported }

// Conditions are none here.
func (l *Link) Conditions(Direction) Conditions { return Conditions{} }

// Stats are none here.
func (l *Link) Stats(Direction) Stats { return Stats{} }

// Log is empty here.
func (l *Link) Log(Direction) []Packet { return nil }

// Reset does nothing here.
func (l *Link) Reset() {}

// Close does nothing here.
func (l *Link) Close() error { return nil }

// In says that this system has no namespaces.
func In(string, func() error) error { return ErrUnsupported }
