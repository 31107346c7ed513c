package embedded

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// conn is a client connection with no wire: a method name leads straight to
// the generated handler of a server. Caller and engine never share memory, as
// over a wire: the engine keeps nothing of a request, nor of a response, but
// encoded; where it does, in its descriptions of collections, it copies.
type conn struct {
	methods map[string]method
}

type method struct {
	server  any
	handler grpc.MethodHandler
}

func newConn(e *Engine) *conn {
	c := &conn{methods: map[string]method{}}
	e.Register(c)
	return c
}

// RegisterService implements grpc.ServiceRegistrar.
func (c *conn) RegisterService(desc *grpc.ServiceDesc, server any) {
	for _, m := range desc.Methods {
		c.methods["/"+desc.ServiceName+"/"+m.MethodName] = method{server, m.Handler}
	}
}

// Invoke implements grpc.ClientConnInterface. Call options have no meaning
// without a wire.
func (c *conn) Invoke(ctx context.Context, name string, args, reply any, _ ...grpc.CallOption) error {
	m, ok := c.methods[name]
	if !ok {
		return status.Errorf(codes.Unimplemented, "unknown method %s", name)
	}
	request, ok := args.(proto.Message)
	if !ok {
		return status.Errorf(codes.Internal, "%s: request is a %T, not a message", name, args)
	}
	out, ok := reply.(proto.Message)
	if !ok || !out.ProtoReflect().IsValid() {
		return status.Errorf(codes.Internal, "%s: reply is a %T, no message to write to", name, reply)
	}
	if err := contextError(ctx); err != nil {
		return err
	}
	result, err := m.handler(m.server, ctx, func(in any) error { return hand(in.(proto.Message), request) }, nil)
	if err != nil {
		return status.Convert(err).Err()
	}
	proto.Reset(out)
	return hand(out, result.(proto.Message))
}

// hand gives the fields of a message to another of its kind, without copying
// what they hold.
func hand(to, from proto.Message) error {
	m := to.ProtoReflect()
	if m.Type() != from.ProtoReflect().Type() {
		return status.Errorf(codes.Internal, "the message is a %T where it has to be a %T", from, to)
	}
	from.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		m.Set(fd, v)
		return true
	})
	m.SetUnknown(from.ProtoReflect().GetUnknown())
	return nil
}

// NewStream implements grpc.ClientConnInterface. Qdrant has no streams.
func (c *conn) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "the embedded engine has no streams")
}
