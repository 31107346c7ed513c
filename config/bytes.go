package config

import "github.com/naru-rag/naru/internal/bytesize"

// Bytes is a size in bytes, written as 64MiB.
type Bytes = bytesize.Size

// The units that sizes are written in.
const (
	KiB = bytesize.KiB
	MiB = bytesize.MiB
	GiB = bytesize.GiB
)
