package embedded

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qdrant/go-client/qdrant"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Options are how an engine is opened; the zero value works.
type Options struct {
	// LockTimeout is how long Open waits for another process to let go of the
	// data folder; zero means two seconds.
	LockTimeout time.Duration
	// Address is where this process answers, such as "http://127.0.0.1:7117".
	// Who finds the folder locked reads it in LockedError.Holder.
	Address string
}

// Engine is an open data folder. It is safe for concurrent use.
type Engine struct {
	dir  string
	disk *disk

	// writer is held through each write, from reading what it changes to the
	// exchange in memory: bbolt has one writer too. A channel, so that a caller
	// whose time is up stops waiting.
	writer chan struct{}
	// broken is why no more writes are taken; guarded by writer.
	broken error

	// mu guards collections, not what they hold.
	mu          sync.RWMutex
	collections map[string]*collection
	closed      atomic.Bool

	points  *pointsServer
	manager *collectionsServer
	conn    *conn
}

// Open opens the data folder dir, creating it where it is missing, and reads
// everything in it. The error is an [ErrLocked] where another process holds it
// and an [ErrCorrupt] where its file is damaged.
func Open(dir string, opt Options) (*Engine, error) {
	if opt.LockTimeout <= 0 {
		opt.LockTimeout = 2 * time.Second
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	d, err := openDisk(dir, opt.LockTimeout)
	if err != nil {
		return nil, err
	}
	writeHolder(dir, opt.Address)
	found, err := d.load()
	if err != nil {
		removeHolder(dir)
		return nil, errors.Join(err, d.close())
	}
	e := &Engine{dir: dir, disk: d, writer: make(chan struct{}, 1), collections: map[string]*collection{}}
	for name, s := range found {
		e.collections[name] = newCollection(name, s)
	}
	e.points = &pointsServer{engine: e}
	e.manager = &collectionsServer{engine: e}
	e.conn = newConn(e.points, e.manager)
	return e, nil
}

// Conn is a connection to the engine without a wire, for
// qdrant.NewPointsClient and qdrant.NewCollectionsClient.
func (e *Engine) Conn() grpc.ClientConnInterface { return e.conn }

// Points is the service behind [Engine.Conn], for a gRPC server to register.
// What it returns shares memory with the engine and must not be changed.
func (e *Engine) Points() qdrant.PointsServer { return e.points }

// Collections is the service behind [Engine.Conn], for a gRPC server to register.
func (e *Engine) Collections() qdrant.CollectionsServer { return e.manager }

// Close waits for the write in progress and lets go of the data folder. Calls
// made afterwards fail with codes.Unavailable. Closing twice is no error.
func (e *Engine) Close() error {
	e.writer <- struct{}{}
	defer func() { <-e.writer }()
	if e.closed.Swap(true) {
		return nil
	}
	removeHolder(e.dir)
	if err := e.disk.close(); err != nil {
		return fmt.Errorf("close data folder %s: %w", e.dir, err)
	}
	return nil
}

func (e *Engine) checkOpen() error {
	if e.closed.Load() {
		return status.Error(codes.Unavailable, "the embedded engine is closed")
	}
	return nil
}

func (e *Engine) collection(name string) (*collection, error) {
	if err := e.checkOpen(); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, invalid("collection_name is empty")
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	c, ok := e.collections[name]
	if !ok {
		return nil, noCollection(name)
	}
	return c, nil
}

// write runs one write: f decides, with nobody else writing, what the
// transaction does and what is exchanged in memory once it is on disk. A nil
// transaction means that there is nothing to do.
func (e *Engine) write(ctx context.Context, what string, f func() (tx func(*bolt.Tx) error, apply func(), err error)) error {
	select {
	case e.writer <- struct{}{}:
	case <-ctx.Done():
		return contextError(ctx)
	}
	defer func() { <-e.writer }()
	if err := e.checkOpen(); err != nil {
		return err
	}
	if e.broken != nil {
		return status.Errorf(codes.Internal, "%s: no writes are taken since an earlier one failed half way (%v): restart, and check the disk", what, e.broken)
	}
	tx, apply, err := f()
	if err != nil || tx == nil {
		return err
	}
	if err := contextError(ctx); err != nil {
		return err
	}
	if err := e.commit(what, tx); err != nil {
		return err
	}
	apply()
	return nil
}
