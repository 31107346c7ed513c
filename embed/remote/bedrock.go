package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/internal/awsconf"
)

// bedrock is Amazon Bedrock's InvokeModel, for the models of Titan Text Embeddings
// and Cohere Embed.
type bedrock struct {
	opt    *Options
	client *bedrockruntime.Client
	family family
}

// family is what models have in common that are asked alike.
type family struct {
	// in is part of the names of its models.
	in string
	// most is how many texts it takes at once.
	most int
	// ask makes the body of a request, and read the vectors of an answer.
	ask  func(o *Options, kind embed.Kind, texts []string) any
	read func(body []byte) (reply, error)
}

var families = []family{
	{in: "titan-embed-text", most: 1, ask: askTitan, read: readTitan},
	{in: "cohere.embed", most: 96, ask: askCohere, read: readCohere},
}

func newBedrock(ctx context.Context, o *Options) (*bedrock, error) {
	b := &bedrock{opt: o}
	for _, f := range families {
		if strings.Contains(o.Model, f.in) {
			b.family = f
		}
	}
	if b.family.in == "" {
		return nil, fmt.Errorf("embedder.model is %q: of Amazon Bedrock's models those are known that have titan-embed-text or cohere.embed in their names", o.Model)
	}
	if o.Query.Model != o.Model || o.Passage.Model != o.Model {
		return nil, errors.New("embedder.query.model and embedder.passage.model are for services of kind openai: Bedrock's models take both")
	}
	// What dials is there once the address is known, which nothing does before.
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return o.Dial(ctx, network, address)
	}
	c, err := awsconf.Load(ctx, dial,
		config.WithRegion(o.Region),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} })) // persist does that
	if err != nil {
		return nil, err
	}
	if c.Region == "" {
		return nil, errors.New("embedder.region is empty, and the environment names none: must be the region of Amazon Bedrock")
	}
	o.Region = c.Region
	transport := c.HTTPClient.(*awshttp.BuildableClient).GetTransport()
	address := o.URL
	if address == "" {
		if address, err = Endpoint(ctx, o.Region); err != nil {
			return nil, err
		}
	}
	if err := o.guard(address); err != nil {
		return nil, err
	}
	b.client = bedrockruntime.NewFromConfig(c, func(options *bedrockruntime.Options) {
		options.HTTPClient = httpClient(o, transport)
		if o.URL != "" {
			options.BaseEndpoint = &o.URL
		}
	})
	return b, nil
}

// Endpoint is the address of Amazon Bedrock in a region.
func Endpoint(ctx context.Context, region string) (string, error) {
	e, err := bedrockruntime.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, bedrockruntime.EndpointParameters{Region: &region})
	if err != nil {
		return "", fmt.Errorf("embedder.region is %q: %w", region, err)
	}
	return e.URI.String(), nil
}

func (b *bedrock) most() int { return b.family.most }

// ask implements [service].
func (b *bedrock) ask(ctx context.Context, kind embed.Kind, texts []string) (reply, error) {
	body, err := json.Marshal(b.family.ask(b.opt, kind, texts))
	if err != nil {
		return reply{}, err
	}
	out, err := b.client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{
		ModelId: &b.opt.Model, Body: body, ContentType: aws.String("application/json"), Accept: aws.String("application/json"),
	})
	if err != nil {
		return reply{}, bedrockError(err)
	}
	answered, err := b.family.read(out.Body)
	if err != nil {
		return reply{}, fmt.Errorf("the answer cannot be read: %w", err)
	}
	if answered.tokens == 0 {
		answered.tokens = countedTokens(out.ResultMetadata)
	}
	return answered, nil
}

// countedTokens is what the answer's header says.
func countedTokens(m middleware.Metadata) int {
	if raw, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response); ok {
		n, _ := strconv.Atoi(raw.Header.Get("X-Amzn-Bedrock-Input-Token-Count"))
		return max(n, 0)
	}
	return 0
}

// askTitan is a request to Titan Text Embeddings, which takes one text.
func askTitan(o *Options, _ embed.Kind, texts []string) any {
	body := map[string]any{"inputText": texts[0]}
	if o.AskDimensions {
		body["dimensions"] = o.Dimensions
	}
	return body
}

func readTitan(raw []byte) (reply, error) {
	var body struct {
		Embedding numbers `json:"embedding"`
		Tokens    int     `json:"inputTextTokenCount"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return reply{}, err
	}
	return reply{vectors: [][]float32{body.Embedding}, tokens: max(body.Tokens, 0)}, nil
}

// askCohere is a request to Cohere Embed. What is too long it cuts itself.
func askCohere(o *Options, kind embed.Kind, texts []string) any {
	inputType := o.form(kind).InputType
	if inputType == "" {
		inputType = map[embed.Kind]string{embed.Query: "search_query", embed.Passage: "search_document"}[kind]
	}
	body := map[string]any{"texts": texts, "input_type": inputType, "truncate": "END", "embedding_types": []string{"float"}}
	if o.AskDimensions {
		body["output_dimension"] = o.Dimensions
	}
	return body
}

func readCohere(raw []byte) (reply, error) {
	var body struct {
		Embeddings struct {
			Float []numbers `json:"float"`
		} `json:"embeddings"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return reply{}, err
	}
	answered := reply{vectors: make([][]float32, len(body.Embeddings.Float))}
	for i, v := range body.Embeddings.Float {
		answered.vectors[i] = v
	}
	return answered, nil
}

func bedrockError(err error) error {
	answered, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || answered.Response == nil || answered.HTTPStatusCode() < http.StatusMultipleChoices {
		return err
	}
	r := &refusal{status: answered.HTTPStatusCode(), after: retryAfter(answered.Response.Header, time.Now())}
	if named, ok := errors.AsType[smithy.APIError](err); ok {
		r.message = quoted(named.ErrorCode() + ": " + named.ErrorMessage())
	}
	if r.status == http.StatusFailedDependency { // ModelErrorException: the model failed, not the request
		r.status = http.StatusBadGateway
	}
	return r
}
