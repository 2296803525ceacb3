package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) staffCommand() *cobra.Command {
	return cli.Group("staff", "who may do what: add, grant and revoke as the database's administrator, list as operations or auditor",
		forReaders(a.staffAdd(), administrators), forReaders(a.staffGrant(), administrators),
		forReaders(a.staffRevoke(), administrators),
		forReaders(a.staffList(), "operations or the auditor"))
}

// administrator is where the commands connect that are for the database's
// administrator: no login of the staff's changes the staff.
func (a *app) administrator() (string, error) {
	if a.settings.AdminDatabaseURL == "" {
		return "", cli.Usage(errors.New("HAME_ADMIN_DATABASE_URL is not set: staff add, grant and revoke connect as the database's administrator"))
	}
	return a.settings.AdminDatabaseURL, nil
}

// staffChange is what a command did to the staff, as JSON.
type staffChange struct {
	Login   string         `json:"login"`
	Person  string         `json:"person,omitempty"`
	Role    casefile.Party `json:"role,omitempty"`
	Council string         `json:"council,omitempty"`
	Changed bool           `json:"changed"`
}

func (a *app) staffChanged(c *cobra.Command, change staffChange, words string) error {
	return a.print(c.OutOrStdout(), change, func(t *tabwriter.Writer) { fmt.Fprintln(t, words) })
}

func (a *app) staffAdd() *cobra.Command {
	var person string
	c := &cobra.Command{
		Use: "add NAME --person P", Short: "make a login of the staff, if it is not there, and remember whose it is",
		Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			admin, err := a.administrator()
			if err != nil {
				return err
			}
			if person == "" {
				return cli.Usage(errors.New("--person: say whose login it is; four eyes compare persons, not logins"))
			}
			made, err := store.AddStaff(c.Context(), admin, args[0], person)
			if err != nil {
				return err
			}
			words := fmt.Sprintf("%s is the login of %s", args[0], person)
			if made {
				words += "; it was made without a password: you, the administrator, choose how it authenticates"
			}
			return a.staffChanged(c, staffChange{Login: args[0], Person: person, Changed: made}, words)
		},
	}
	c.Flags().StringVar(&person, "person", "", "the person whose login it is")
	return c
}

func (a *app) staffGrant() *cobra.Command {
	var role, council string
	c := &cobra.Command{
		Use: "grant NAME --role R [--council C]", Short: "give a member of the staff a role from today on; nobody grants one to themselves", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			admin, err := a.administrator()
			if err != nil {
				return err
			}
			granted, err := store.GrantRole(c.Context(), admin, args[0], casefile.Party(role), council)
			if err != nil {
				return err
			}
			words := fmt.Sprintf("%s holds %s from today on", args[0], role)
			if !granted {
				words = fmt.Sprintf("%s held %s already; nothing was changed", args[0], role)
			}
			return a.staffChanged(c, staffChange{Login: args[0], Role: casefile.Party(role), Council: council,
				Changed: granted}, words)
		},
	}
	c.Flags().StringVar(&role, "role", "", "the role, such as caseworker or welfare_lead")
	c.Flags().Var(cli.Council(&council), "council", "the council of a lead professional or welfare lead, by GSS code")
	return c
}

func (a *app) staffRevoke() *cobra.Command {
	var role string
	c := &cobra.Command{
		Use: "revoke NAME --role R", Short: "end a role at once", Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			admin, err := a.administrator()
			if err != nil {
				return err
			}
			revoked, err := store.RevokeRole(c.Context(), admin, args[0], casefile.Party(role))
			if err != nil {
				return err
			}
			words := fmt.Sprintf("%s no longer holds %s", args[0], role)
			if !revoked {
				words = fmt.Sprintf("%s did not hold %s; nothing was changed", args[0], role)
			} else if casefile.Party(role) == casefile.Caseworker {
				left, err := store.LeftWithoutOwner(c.Context(), admin, args[0])
				if err != nil {
					return err
				}
				if left > 0 {
					words += fmt.Sprintf("; open cases that need a new owner: %d. The worker asks the senior caseworkers to give each one: task list --role senior_caseworker", left)
				}
			}
			return a.staffChanged(c, staffChange{Login: args[0], Role: casefile.Party(role), Changed: revoked}, words)
		},
	}
	c.Flags().StringVar(&role, "role", "", "the role")
	return c
}

func (a *app) staffList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "the staff with every grant, past ones too", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			rows, err := s.StaffList(c.Context())
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), rows, func(t *tabwriter.Writer) {
				fmt.Fprintln(t, "LOGIN\tPERSON\tROLE\tCOUNCIL\tFROM\tUNTIL\tGRANTED BY")
				for _, r := range rows {
					until := r.To.String()
					if r.RevokedAt != nil {
						until = "revoked " + inLondon(*r.RevokedAt)
					}
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Login, r.Person, cli.OrNone(string(r.Role)), council(r.Council),
						r.From, until, r.GrantedBy)
				}
			})
		},
	}
}
