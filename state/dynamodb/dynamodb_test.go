package dynamodb_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/naru-rag/naru/internal/pythontest"
	"github.com/naru-rag/naru/state"
	store "github.com/naru-rag/naru/state/dynamodb"
	"github.com/naru-rag/naru/state/statetest"
)

func TestContract(t *testing.T) {
	client := dynamodb.New(dynamodb.Options{Region: "ap-northeast-2", BaseEndpoint: aws.String(pythontest.Moto(t)),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	tables := 0
	statetest.Run(t, func(t *testing.T, clock func() time.Time) state.Store {
		tables++
		name := fmt.Sprint("state-", tables)
		if _, err := client.CreateTable(t.Context(), store.Layout(name)); err != nil {
			t.Fatal(err)
		}
		return store.Open(client, name, store.Options{Clock: clock, NewVersion: rand.Text})
	})
}
