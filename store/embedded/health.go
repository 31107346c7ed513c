package embedded

import (
	"context"

	"github.com/qdrant/go-client/qdrant"
)

// CompatibleVersion is the version of Qdrant whose behaviour the engine has.
// Clients compare it with their own.
const CompatibleVersion = "1.18.0"

// healthServer implements the Qdrant service.
type healthServer struct {
	qdrant.UnimplementedQdrantServer
}

// HealthCheck says what this is.
func (*healthServer) HealthCheck(context.Context, *qdrant.HealthCheckRequest) (*qdrant.HealthCheckReply, error) {
	return &qdrant.HealthCheckReply{Title: "naru - embedded engine", Version: CompatibleVersion}, nil
}
