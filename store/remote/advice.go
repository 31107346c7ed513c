package remote

import (
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// advice says what to do about a call that failed.
func (c *Conn) advice(e *Error, a answer, request any) string {
	s := status.Convert(e.cause)
	switch s.Code() {
	case codes.Unavailable:
		return c.connectionAdvice(s.Message())
	case codes.DeadlineExceeded:
		switch {
		case a.callersTime:
			return "the time that the caller gave it is over"
		case !c.greeting.heard.Load(), strings.Contains(s.Message(), notConnected):
			return c.connectionAdvice(s.Message())
		default:
			return fmt.Sprintf("no answer within %v: look at the server's load, or raise store.timeout", c.opt.Timeout)
		}
	case codes.Unauthenticated:
		if c.opt.APIKey == "" {
			return "the server wants a key: set store.api_key"
		}
		return "the server does not know the key: check store.api_key"
	case codes.PermissionDenied:
		return "the key does not allow this: use one that may read and write the collection"
	case codes.Unimplemented:
		return "this is no Qdrant, or one older than " + MinimumVersion
	case codes.ResourceExhausted:
		if sizeError(e.cause) {
			return c.sizeAdvice(s.Message(), request)
		}
		return "the server limits how much is asked of it: ask less at a time, or raise its limits"
	case codes.OutOfRange:
		if strings.Contains(s.Message(), "message length too large") { // tonic, which Qdrant and proxies in Rust are made of
			return requestTooLarge
		}
	case codes.Unknown, codes.Internal:
		if strings.Contains(s.Message(), "content-type") || strings.Contains(s.Message(), "HTTP status code") {
			return c.noQdrant()
		}
	}
	return ""
}

// connectionAdvice knows the words that Go and gRPC use for what hinders a
// connection; each has a test that makes it happen.
func (c *Conn) connectionAdvice(message string) string {
	heard := c.greeting.heard.Load()
	if !heard {
		message += " " + c.greeting.ending()
	}
	has := func(part string) bool { return strings.Contains(message, part) }
	switch {
	case has("connection refused"):
		return fmt.Sprintf("nothing listens at %s: is the server running, and is this its gRPC port (%s unless configured otherwise)?", c.address, defaultPort)
	case has("no such host"), has("server misbehaving"):
		return fmt.Sprintf("the name %s is not known: check store.url", c.address.Host)
	case has("does not look like a TLS handshake"):
		return "the server speaks no TLS: write http:// in store.url, and remove store.tls"
	case has("certificate is valid for"), has("doesn't contain any IP SANs"), has("is not valid for any names"):
		return "the server's certificate is for another name: set store.tls.server_name to one that it is for"
	case has("certificate required"), has("bad certificate"), has("unknown certificate authority"):
		return "the server wants a certificate that it trusts: set store.tls.cert and store.tls.key"
	case has("x509: "):
		return "the server's certificate is not trusted: set store.tls.ca to the authority that signed it"
	case has("dialing"), has(notConnected):
		return fmt.Sprintf("%s cannot be reached: check the address, the network and firewalls", c.address)
	case has("HTTP status code"), has("HTTP/1"):
		return c.noQdrant()
	case heard:
		return "the connection was lost: is the server being restarted?"
	case c.secure:
		return "it ended the conversation before it began: if it wants a certificate, set store.tls.cert and store.tls.key; else " + c.noQdrant()
	default:
		return "it ended the conversation before it began: if the server uses TLS, write https:// in store.url; else " + c.noQdrant()
	}
}

// noQdrant is for a server that answers, in another language.
func (c *Conn) noQdrant() string {
	return fmt.Sprintf("this does not answer as gRPC: %s is Qdrant's port for that, 6333 is the one for HTTP", defaultPort)
}

const requestTooLarge = "the request is larger than the server takes: lower store.batch"

// sizeError tells whether gRPC, here or at the server, found a message too
// large. Making the call again would not make it smaller.
func sizeError(err error) bool {
	message := status.Convert(err).Message()
	return status.Code(err) == codes.ResourceExhausted && strings.Contains(message, "larger than max")
}

// sizeAdvice finds out which message was too large: both ends use the same
// words.
func (c *Conn) sizeAdvice(message string, request any) string {
	m, ok := request.(proto.Message)
	switch {
	case strings.Contains(message, "trying to send"):
		return fmt.Sprintf("the request is larger than store.max_message (%d bytes): lower store.batch, or raise that", c.opt.MaxMessageBytes)
	case ok && strings.Contains(message, fmt.Sprintf("(%d vs. ", proto.Size(m))):
		return requestTooLarge
	default:
		return fmt.Sprintf("the reply is larger than store.max_message (%d bytes): raise it, or ask for less", c.opt.MaxMessageBytes)
	}
}
