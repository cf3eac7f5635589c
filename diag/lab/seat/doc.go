// Package seat sits in front of the service's pages as a person's browser
// does: it loads them, follows their rules over real sockets, keeps a cache
// and cookies, and records what a browser's developer tools would show.
//
// A seat decides nothing that its page does not decide: which address it posts
// to, whether the button is there and when an age is too old all come from the
// page that was served (or cached).
package seat
