// Package dynamodb keeps state in a table of Amazon DynamoDB, for functions.
//
// Start with [Open]. The table has a partition key "kind" and a sort key "name", both
// strings, as [Layout] has it, and "expires" as its attribute for time to live. Reads are
// strongly consistent. Retries are the AWS client's: a write whose answer was lost is known
// again by its version; a deletion then says that there is nothing.
package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/naru-rag/naru/state"
)

// Options are what is not the table.
type Options struct {
	// Clock tells when entries expire, which DynamoDB does late; nil is time.Now.
	Clock func() time.Time
	// NewVersion makes versions, none twice. It is required.
	NewVersion func() string
}

// Store is state in a table.
type Store struct {
	client *dynamodb.Client
	table  string
	opt    Options
}

var _ state.Store = (*Store)(nil)

// Open names the table. Nothing is asked of it yet.
func Open(client *dynamodb.Client, table string, opt Options) *Store {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	return &Store{client, table, opt}
}

// Close does nothing: the client is its owner's.
func (s *Store) Close() error { return nil }

// The attributes of an entry.
const (
	attrKind    = "kind"
	attrName    = "name"
	attrValue   = "value"
	attrVersion = "version"
	attrExpires = "expires" // seconds since 1970, as DynamoDB wants it
)

// Layout is the table as it is made, paid for by what is asked of it.
func Layout(table string) *dynamodb.CreateTableInput {
	text := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS}
	}
	key := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	return &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{text(attrKind), text(attrName)},
		KeySchema:            []types.KeySchemaElement{key(attrKind, types.KeyTypeHash), key(attrName, types.KeyTypeRange)},
	}
}

type item = map[string]types.AttributeValue

func keyOf(key string) item {
	kind, name, _ := strings.Cut(key, "/")
	return item{attrKind: &types.AttributeValueMemberS{Value: kind}, attrName: &types.AttributeValueMemberS{Value: name}}
}

func (s *Store) Get(ctx context.Context, key string) (state.Entry, error) {
	if err := state.CheckKey(key); err != nil {
		return state.Entry{}, err
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: keyOf(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return state.Entry{}, s.failed(ctx, err)
	}
	e, found, err := s.entry(out.Item)
	if err == nil && !found {
		err = fmt.Errorf("%s: %w", key, state.ErrNotFound)
	}
	return e, err
}

func (s *Store) Put(ctx context.Context, e state.Entry) (state.Entry, error) {
	if err := state.CheckEntry(e); err != nil {
		return state.Entry{}, err
	}
	condition, names, values := s.unchanged(e)
	e.Version = s.opt.NewVersion()
	put := keyOf(e.Key)
	put[attrValue] = &types.AttributeValueMemberB{Value: append([]byte{}, e.Value...)} // nil would be no attribute
	put[attrVersion] = &types.AttributeValueMemberS{Value: e.Version}
	if !e.Expires.IsZero() {
		put[attrExpires] = number(e.Expires.Unix())
	}
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: put,
		ConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	if changed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		// The client writes again where an answer was lost: then what is there is ours.
		if there, ok := changed.Item[attrVersion].(*types.AttributeValueMemberS); ok && there.Value == e.Version {
			return e, nil
		}
		return state.Entry{}, fmt.Errorf("%s: %w", e.Key, state.ErrConflict)
	}
	if err != nil {
		return state.Entry{}, s.failed(ctx, err)
	}
	return e, nil
}

func (s *Store) Delete(ctx context.Context, e state.Entry) error {
	if err := state.CheckKey(e.Key); err != nil {
		return err
	}
	// Nothing has an empty version, and what is not there has none.
	condition, names, values := s.unchanged(state.Entry{Key: e.Key, Version: e.Version + " "})
	values[":version"] = &types.AttributeValueMemberS{Value: e.Version}
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: keyOf(e.Key),
		ConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	if changed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		if _, found, err := s.entry(changed.Item); err != nil || !found {
			return errors.Join(err, fmt.Errorf("%s: %w", e.Key, state.ErrNotFound))
		}
		return fmt.Errorf("%s: %w", e.Key, state.ErrConflict)
	}
	if err != nil {
		return s.failed(ctx, err)
	}
	return nil
}

// unchanged is the condition that what is there is the version of e: with an empty
// one, that nothing is there, or what has expired.
func (s *Store) unchanged(e state.Entry) (condition string, names map[string]string, values item) {
	values = item{":now": number(s.opt.Clock().Unix())}
	if e.Version == "" {
		return "attribute_not_exists(#name) OR (attribute_exists(#expires) AND #expires <= :now)",
			map[string]string{"#name": attrName, "#expires": attrExpires}, values
	}
	values[":version"] = &types.AttributeValueMemberS{Value: e.Version}
	return "#version = :version AND (attribute_not_exists(#expires) OR #expires > :now)",
		map[string]string{"#version": attrVersion, "#expires": attrExpires}, values
}

func (s *Store) Scan(ctx context.Context, prefix, after string, limit int) (entries []state.Entry, err error) {
	if err := state.CheckPrefix(prefix); err != nil {
		return nil, err
	}
	kind, begin, _ := strings.Cut(prefix, "/")
	input := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#kind = :kind"),
		ExpressionAttributeNames:  map[string]string{"#kind": attrKind},
		ExpressionAttributeValues: item{":kind": &types.AttributeValueMemberS{Value: kind}},
	}
	if begin != "" {
		*input.KeyConditionExpression += " AND begins_with(#name, :begin)"
		input.ExpressionAttributeNames["#name"] = attrName
		input.ExpressionAttributeValues[":begin"] = &types.AttributeValueMemberS{Value: begin}
	}
	if after > prefix {
		input.ExclusiveStartKey = keyOf(after)
	}
	for len(entries) < limit {
		input.Limit = aws.Int32(int32(min(limit-len(entries), 1000)))
		out, err := s.client.Query(ctx, input)
		if err != nil {
			return nil, s.failed(ctx, err)
		}
		for _, i := range out.Items {
			e, found, err := s.entry(i)
			if err != nil {
				return nil, err
			}
			if found {
				entries = append(entries, e)
			}
		}
		if out.LastEvaluatedKey == nil {
			break
		}
		input.ExclusiveStartKey = out.LastEvaluatedKey
	}
	return entries, nil
}

// entry reads an item; what has expired is not found.
func (s *Store) entry(i item) (e state.Entry, found bool, err error) {
	if len(i) == 0 {
		return e, false, nil
	}
	kind, ok1 := i[attrKind].(*types.AttributeValueMemberS)
	name, ok2 := i[attrName].(*types.AttributeValueMemberS)
	value, ok3 := i[attrValue].(*types.AttributeValueMemberB)
	version, ok4 := i[attrVersion].(*types.AttributeValueMemberS)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return e, false, fmt.Errorf("the table %s has an item that is no entry", s.table)
	}
	e = state.Entry{Key: kind.Value + "/" + name.Value, Value: value.Value, Version: version.Value}
	if expires, ok := i[attrExpires].(*types.AttributeValueMemberN); ok {
		at, err := strconv.ParseInt(expires.Value, 10, 64)
		if err != nil {
			return e, false, fmt.Errorf("the table %s: the entry %s expires at %q", s.table, e.Key, expires.Value)
		}
		if e.Expires = time.Unix(at, 0).UTC(); !s.opt.Clock().Before(e.Expires) {
			return state.Entry{}, false, nil
		}
	}
	return e, true, nil
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func (s *Store) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the table %s: %w", s.table, err)
}
