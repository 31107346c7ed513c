package embedtest_test

import (
	"testing"

	"github.com/naru-rag/naru/embed/embedtest"
)

func TestFake(t *testing.T) {
	embedtest.Run(t, &embedtest.Fake{})
	embedtest.Run(t, &embedtest.Fake{Refuse: "script"})
}
