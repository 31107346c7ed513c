package main

import (
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/naru-rag/naru/store/embedded"
)

func newQdrant(g *globals) *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "qdrant",
		Short: "Serve the embedded engine to any Qdrant client over gRPC",
		Long: `Serves the embedded engine of the data folder over gRPC, as a Qdrant server would be:
for tests and for programs on this machine. Searches are exact.

There is no log-in and no encryption: it binds to the loopback interface unless
told otherwise.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := g.config()
			if err != nil {
				return err
			}
			var listen net.ListenConfig
			ln, err := listen.Listen(cmd.Context(), "tcp", addr)
			if err != nil {
				return fmt.Errorf("listen on %s: %w; choose another address with --addr", addr, err)
			}
			defer ln.Close()
			engine, err := embedded.Open(c.Data, embedded.Options{Memory: int64(c.Store.Memory)})
			if err != nil {
				return err
			}
			defer func() { err = closeWith(engine.Close, err) }()
			server := grpc.NewServer(
				grpc.MaxRecvMsgSize(maxGRPCMessage),
				// Our own client asks every 30 s whether the server is there.
				grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 20 * time.Second}),
			)
			engine.Register(server)
			fmt.Fprintf(cmd.ErrOrStderr(), "Serving Qdrant's gRPC at %s (stop with Ctrl-C)\n", ln.Addr())
			done := make(chan struct{})
			go func() {
				defer close(done)
				<-cmd.Context().Done()
				server.GracefulStop()
			}()
			err = server.Serve(ln)
			if cmd.Context().Err() != nil {
				<-done
				return nil
			}
			return err
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:6334", "the address to listen on; port 0 picks one")
	return cmd
}

// maxGRPCMessage is the largest request that is read; Qdrant has no limit of its
// own, and gRPC's default of 4 MiB is less than a batch of points.
const maxGRPCMessage = 64 << 20
