// Package service is the simulated chat service: accounts, conversations,
// messages, a push channel, pages and a time server, in one process on real
// sockets. It follows the public shapes of the service that the tool
// diagnoses, and breaks in the ways that its Faults say.
//
// The service knows its policy and its faults. It knows no scenario: what is
// wrong with a story is decided outside.
package service
