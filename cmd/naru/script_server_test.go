package main

import (
	"context"
	"net"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"github.com/rogpeppe/go-internal/testscript"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// The commands of scripts that have to do with servers.

func address(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: address VARIABLE")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	ts.Check(ln.Close())
}

func listening(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: listens ADDRESS")
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", args[0]); err == nil {
			ts.Check(conn.Close())
			return
		}
	}
	ts.Fatalf("nothing listens at %s", args[0])
}

func snapshot(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: snapshot ADDRESS COLLECTION|* VARIABLE")
	}
	conn, err := grpc.NewClient(args[0], grpc.WithTransportCredentials(insecure.NewCredentials()))
	ts.Check(err)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := qdrant.NewSnapshotsClient(conn)
	var made *qdrant.CreateSnapshotResponse
	name := args[1]
	if name == "*" {
		made, err = client.CreateFull(ctx, &qdrant.CreateFullSnapshotRequest{})
		name = ""
	} else {
		made, err = client.Create(ctx, &qdrant.CreateSnapshotRequest{CollectionName: name})
	}
	ts.Check(err)
	ts.Setenv(args[2], path.Join("snapshots", name, made.GetSnapshotDescription().GetName()))
}

func damage(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: damage FILE")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s is %v", args[0], found)
	}
	name := found[0]
	data, err := os.ReadFile(name)
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(name, data, 0o600))
}
