// Package region keeps what is an organisation's where it may be: here, what this
// program connects to.
//
// Start with [Guard]. Every connection that the program makes goes through its dialer:
// to places that the configuration names, and to no other.
//
// What it promises: a connection is made to an endpoint that was declared, by its name and
// port, or not at all. A name is resolved once, each of its addresses is judged, and what is
// connected to is an address that was judged, so that a name cannot come to mean another
// place in between. Addresses that are private, of this machine, link-local (such as that
// of a cloud's metadata) or no unicast are reached only where they are declared as
// such. Proxies of the environment are not used. Each decision is logged.
//
// What it does not: it does not know what is sent, and nothing keeps a plugin's
// author from writing to the socket of a process next to it; plugins have no sockets.
package region
