// Package region keeps what is an organisation's where it may be: what this program
// connects to, and whose data may be here or go there.
//
// Start with [Guard]. Every connection that the program makes goes through its dialer:
// to places that the configuration names, and to no other. [Policy] says in which region
// each place lies, and which region's data may flow to which other; it only judges:
// package store has the filter that hides the documents of other regions, and package
// functions/backend asks the policy before anything is opened.
//
// What it promises: a connection is made to an endpoint that was declared, by its name and
// port, or not at all. A name is resolved once, each of its addresses is judged, and what is
// connected to is an address that was judged, so that a name cannot come to mean another
// place in between. Addresses that are private, of this machine, link-local (such as that
// of a cloud's metadata) or no unicast are reached only where they are declared as
// such. Proxies of the environment are not used. Each decision is logged. With a policy,
// an endpoint that no region declares is not connected to, and what no flow opens is
// closed.
//
// What it does not: it does not know what is sent, and nothing keeps a plugin's
// author from writing to the socket of a process next to it; plugins have no sockets. It
// does not know where a machine stands: that an endpoint lies in a region is what the
// operator declares, and only a cloud's own names can show that to be wrong.
package region
