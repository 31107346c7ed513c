package embedded

import (
	"context"

	"github.com/qdrant/go-client/qdrant"
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
	c.register(&qdrant.Points_ServiceDesc, e.points)
	c.register(&qdrant.Collections_ServiceDesc, e.manager)
	c.register(&qdrant.Snapshots_ServiceDesc, e.backups)
	c.register(&qdrant.Qdrant_ServiceDesc, e.health)
	return c
}

func (c *conn) register(desc *grpc.ServiceDesc, server any) {
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
	if !ok {
		return status.Errorf(codes.Internal, "%s: reply is a %T, not a message", name, reply)
	}
	if err := contextError(ctx); err != nil {
		return err
	}
	result, err := m.handler(m.server, ctx, func(in any) error {
		hand(in.(proto.Message), request)
		return nil
	}, nil)
	if err != nil {
		return status.Convert(err).Err()
	}
	proto.Reset(out)
	hand(out, result.(proto.Message))
	return nil
}

// hand gives the fields of a message to another of its kind, without copying
// what they hold.
func hand(to, from proto.Message) {
	m := to.ProtoReflect()
	from.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		m.Set(fd, v)
		return true
	})
	m.SetUnknown(from.ProtoReflect().GetUnknown())
}

// NewStream implements grpc.ClientConnInterface. Qdrant has no streams.
func (c *conn) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "the embedded engine has no streams")
}
