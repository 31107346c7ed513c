package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// ErrLocked is what [Open] returns when another process holds the data folder;
// the error in hand is a [*LockedError].
var ErrLocked = errors.New("data folder is in use")

// ErrCorrupt is what [Open] returns when the data file is damaged or is not one.
var ErrCorrupt = errors.New("data file is damaged")

// LockedError says which process holds a data folder. It is an [ErrLocked].
type LockedError struct {
	// Dir is the data folder.
	Dir string
	// Holder is who wrote the holder note; its PID is 0 where that is not known.
	Holder Holder
}

// Holder is the process that has a data folder open.
type Holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
	// Address is where the process answers, or empty; see Options.Address.
	Address string `json:"address,omitempty"`
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.Holder.PID != 0 {
		who = fmt.Sprintf("process %d (%s, since %s)", e.Holder.PID, e.Holder.Command, e.Holder.Since.Local().Format("15:04"))
	}
	return fmt.Sprintf("data folder %s is in use by %s: stop it or use another --data folder", e.Dir, who)
}

// Is makes errors.Is(err, ErrLocked) true.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

func unsupported(format string, args ...any) error {
	return status.Errorf(codes.Unimplemented, format+" is not supported by the embedded engine; use a Qdrant server", args...)
}

func noCollection(name string) error {
	return status.Errorf(codes.NotFound, "Not found: Collection `%s` doesn't exist!", name)
}

// contextError turns the end of a context into the status gRPC uses for it.
func contextError(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return status.FromContextError(err).Err()
	}
	return nil
}

func notFound(format string, args ...any) error {
	return status.Errorf(codes.NotFound, format, args...)
}

func noPoint(key pointid.Key) error {
	return notFound("Not found: No point with id %s found", key)
}
