package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state"
)

func newKey(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Make, list and remove the API keys of those who may ask",
		Long: `API keys say as whom somebody asks a server or function, what they may do, and how
often. They are kept in the data folder, or in the table that state.table names; a
running server knows of a change within seconds.`,
		Args: positional(cobra.NoArgs),
	}
	cmd.AddCommand(newKeyAdd(g), newKeyList(g), newKeyRemove(g))
	return cmd
}

// keys runs a command on the keys of the configuration.
func (g *globals) keys(cmd *cobra.Command, do func(*config.Config, *access.Keys) error) (err error) {
	c, err := g.config()
	if err != nil {
		return err
	}
	s, err := backend.OpenState(cmd.Context(), c, nil)
	if err != nil {
		return err
	}
	defer func() { err = closeWith(s.Close, err) }()
	return do(c, backend.Keys(s))
}

// made is a key as `naru key add` shows it, once with its token.
type made struct {
	access.Key
	Token string `json:"token"`
}

func newKeyAdd(g *globals) *cobra.Command {
	var (
		key  access.Key
		role string
		days int
	)
	cmd := &cobra.Command{
		Use:   "add [NAME]",
		Short: "Make a key and print its token, which cannot be had again",
		Long: `Makes a key and prints the token that its owner sends: Authorization: Bearer TOKEN.
Only a hash of it is kept. Without --tenant the key asks as the tenant of the
configured asker.`,
		Args: positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.keys(cmd, func(c *config.Config, keys *access.Keys) error {
				key.Name, key.Role = strings.Join(args, ""), access.Role(role)
				if key.Asker.Tenant == "" {
					key.Asker.Tenant = c.Asker.Tenant
				}
				policy, err := c.Policy()
				if err != nil {
					return err
				}
				for _, region := range key.Asker.Regions {
					if policy != nil && !policy.Declared(region) {
						return &usageError{fmt.Errorf("--region is %q, which residency.regions does not declare", region)}
					}
				}
				if days < 0 {
					return fmt.Errorf("--days is %d: a key cannot have expired already", days)
				}
				if days > 0 {
					key.Expires = time.Now().AddDate(0, 0, days).UTC().Truncate(time.Second)
				}
				key, token, err := keys.Add(cmd.Context(), key)
				if err != nil {
					return err
				}
				if g.json {
					return writeJSON(cmd.OutOrStdout(), made{key, token})
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "Key %s of tenant %s, %s. This is shown once:\n", key.ID, printable(key.Asker.Tenant), key.Role)
				fmt.Fprintln(cmd.OutOrStdout(), token)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&key.Asker.Tenant, "tenant", "", "whose documents it reaches")
	cmd.Flags().StringSliceVar(&key.Asker.Principals, "principal", nil, "a user or group that it acts as; may be given several times")
	cmd.Flags().StringSliceVar(&key.Asker.Regions, "region", nil, "a region that it is restricted to; may be given several times")
	cmd.Flags().StringVar(&role, "role", string(access.Reader), "reader: asks and reads; editor: adds and deletes documents too")
	cmd.Flags().IntVar(&key.PerMinute, "per-minute", 0, "how often it may come; 0 is without limit")
	cmd.Flags().IntVar(&days, "days", 0, "how many days it is good for; 0 is without end")
	return cmd
}

func newKeyList(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the keys, without what is secret",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.keys(cmd, func(_ *config.Config, keys *access.Keys) error {
				all, err := keys.List(cmd.Context())
				if err != nil {
					return err
				}
				if g.json {
					return writeJSON(cmd.OutOrStdout(), append([]access.Key{}, all...))
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
				for _, k := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Role, printable(k.Asker.Tenant), printable(whoIs(k.Asker)), printable(k.Name), until(k.Expires))
				}
				return w.Flush()
			})
		},
	}
}

// whoIs is what narrows an asker within its tenant.
func whoIs(a rag.Asker) string {
	narrow := strings.Join(a.Principals, ",")
	if len(a.Regions) > 0 {
		narrow += " in " + strings.Join(a.Regions, ",")
	}
	if narrow == "" {
		return "-"
	}
	return narrow
}

func until(expires time.Time) string {
	switch {
	case expires.IsZero():
		return "without end"
	case !time.Now().Before(expires):
		return "expired " + expires.Format(time.DateOnly)
	}
	return "until " + expires.Format(time.DateOnly)
}

func newKeyRemove(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "remove ID…",
		Short: "Remove keys, by their ids",
		Args:  positional(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return g.keys(cmd, func(_ *config.Config, keys *access.Keys) error {
				var wrong []error
				for _, id := range ids {
					switch err := keys.Remove(cmd.Context(), id); {
					case errors.Is(err, state.ErrNotFound):
						wrong = append(wrong, fmt.Errorf("there is no key %q: `naru key list` shows them", id))
					case err != nil:
						wrong = append(wrong, err)
					default:
						fmt.Fprintf(cmd.ErrOrStderr(), "removed %s\n", id)
					}
				}
				return errors.Join(wrong...)
			})
		},
	}
}
