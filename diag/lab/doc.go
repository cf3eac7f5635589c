// Package lab is the embedded lab: a simulated chat service in one process
// whose recall really fails, over real sockets, in the way that is asked for.
//
// A scenario is a setting of the service's faults, of the path in front of it
// and of the story that people play; package service knows only its faults,
// package relay only its trouble, package seat only the pages it is served.
// Mending a scenario takes back the one thing that is wrong and leaves all
// else as it was.
package lab
