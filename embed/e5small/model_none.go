//go:build naru_nomodel

package e5small

import (
	"errors"

	"github.com/naru-rag/naru/embed"
)

// Open says that the model was left out.
func Open() (*embed.Local, error) {
	return nil, errors.New("this program was built without its model (build tag naru_nomodel): name a model file, or a server that embeds")
}
