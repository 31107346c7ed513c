package main

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/functions/ingest"
)

func newRedrive(g *globals) *cobra.Command {
	var look bool
	cmd := &cobra.Command{
		Use:   "redrive",
		Short: "Send work of functions that failed for good back to be done",
		Long: `Sends the messages in the queue that queues.dead names back to where they are worked on,
once what has kept them from being done is mended, and says of each why it was there.
A message that cannot be read stays. With --look all stay.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.config()
			if err != nil {
				return err
			}
			if c.Queues.Dead == "" {
				return errors.New("redrive: queues.dead names no queue: only functions have one")
			}
			client, err := backend.Queues(cmd.Context(), c, nil, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn})))
			if err != nil {
				return err
			}
			all := []ingest.Dead{}
			sent := 0
			err = ingest.Redrive(cmd.Context(), client, c.Queues, time.Now(), look, func(d ingest.Dead) {
				all = append(all, d)
				if d.Sent {
					sent++
				}
				if !g.json {
					fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\t%s\n", sentBack(d), printable(d.About), printable(d.Reason))
				}
			})
			if err != nil {
				return fmt.Errorf("%w; %d were sent back until then", err, sent)
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), all)
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%d sent back, %d left\n", sent, len(all)-sent)
			return err
		},
	}
	cmd.Flags().BoolVar(&look, "look", false, "only show what is there")
	return cmd
}

func sentBack(d ingest.Dead) string {
	if d.Sent {
		return "sent"
	}
	return "left"
}
