package source_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/naru-rag/naru/indexer/source"
)

func ExampleFolder_Walk() {
	temp, err := os.MkdirTemp("", "naru")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(temp)
	handbook := filepath.Join(temp, "handbook")
	for name, text := range map[string]string{"leave.md": "# Leave\n", "travel.txt": "By train.\n", "logo.png": "…"} {
		if err := errors.Join(os.MkdirAll(handbook, 0o755), os.WriteFile(filepath.Join(handbook, name), []byte(text), 0o644)); err != nil {
			panic(err)
		}
	}

	folder, err := source.NewFolder(handbook, source.Options{})
	if err != nil {
		panic(err)
	}
	err = folder.Walk(context.Background(), func(item source.Item, err error) error {
		var unseen *source.WalkError
		if errors.As(err, &unseen) {
			fmt.Println("keep what is known of", unseen.URI)
			return nil
		}
		fmt.Println(strings.TrimPrefix(item.URI, filepath.ToSlash(temp)+"/"), item.Size)
		return nil
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// handbook/leave.md 8
	// handbook/travel.txt 10
}
