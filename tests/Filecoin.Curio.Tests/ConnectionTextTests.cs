using Filecoin.Curio;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;

namespace SealerRecover.Tests.Curio;

/// <summary>Where the database is, as operators and PostgreSQL's tools write it.</summary>
public sealed class ConnectionTextTests
{
    [Theory]
    [InlineData("postgres://curio:pw@10.0.0.5:5434/db", "10.0.0.5:5434", "curio", "pw", "db")]
    [InlineData("postgresql://curio@10.0.0.5/db", "10.0.0.5", "curio", null, "db")]
    [InlineData("postgres://10.0.0.5", "10.0.0.5", null, null, null)]
    [InlineData("postgres://a:1,b,[::1]:3/", "a:1,b,[::1]:3", null, null, null)]
    [InlineData("postgres://u:p%40s%2Fs%3A%25@db1/y", "db1", "u", "p@s/s:%", "y")]
    [InlineData("postgres://u:p@ss@db1/y", "db1", "u", "p@ss", "y")]
    [InlineData("postgres:///y?host=/run/postgresql&port=5432&user=u", "/run/postgresql", "u", null, "y")]
    [InlineData("host=a,b port=5434 user=u password='p w\\'' dbname=y", "a,b", "u", "p w'", "y")]
    [InlineData("host = a  password=p\\\\w", "a", null, "p\\w", null)]
    [InlineData("password=", null, null, "", null)]
    [InlineData("10.0.0.5, 10.0.0.6:5434", "10.0.0.5,10.0.0.6:5434", null, null, null)]
    [InlineData("::1", "[::1]", null, null, null)]
    [InlineData("/run/postgresql", "/run/postgresql", null, null, null)]
    public void A_connection_is_read_as_the_tools_of_PostgreSQL_write_it(string text, string? hosts, string? user, string? password, string? database)
    {
        ConnectionParts parts = ConnectionText.Parse(text, "--curio-db");
        Assert.Equal(hosts, parts.Hosts is null ? null : string.Join(',', parts.Hosts));
        Assert.Equal(user, parts.User);
        Assert.Equal(password, parts.Password);
        Assert.Equal(database, parts.Database);
    }

    [Theory]
    [InlineData("postgres://h/d?sslmode=disable", TlsMode.Disable, null, null, null)]
    [InlineData("postgres://h/d?sslmode=verify-full&sslrootcert=%2Fca.pem", TlsMode.VerifyFull, "/ca.pem", null, null)]
    [InlineData("postgres://h/d?search_path=other&load_balance=false&application_name=x", null, null, "other", false)]
    [InlineData("host=h schema=other load_balance=true sslmode=require connect_timeout=3", TlsMode.Require, null, "other", true)]
    public void Settings_of_the_connection_are_read_and_those_without_meaning_here_are_left_alone(
        string text, TlsMode? tls, string? authority, string? schema, bool? balance)
    {
        ConnectionParts parts = ConnectionText.Parse(text, "--curio-db");
        Assert.Equal((tls, authority, schema, balance), (parts.Tls, parts.RootCertificate, parts.Schema, parts.LoadBalance));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("postgres://u:secret@h:70000/d", "a port that is no number")]
    [InlineData("postgres://u:sec/ret@h/d", "an @ behind the first /")]
    [InlineData("postgres://u:secret@/d?host", "a name without a value")]
    [InlineData("postgres://u:secret@h one/d", "a host that can be none")]
    [InlineData("postgres://u:secret@h/d?password=secret", "says one thing twice")]
    [InlineData("postgres://u:secret@h/d?sslmode=secret", "sslmode is none of")]
    [InlineData("host=h password='secret", "a quote is not closed")]
    [InlineData("host=h secret", "a name without a value")]
    [InlineData("host=h password=secret password=x", "says one thing twice")]
    [InlineData("host=h secret=1", "a setting that is none of")]
    [InlineData("u:secret@h", "a port that is no number")]
    [InlineData("[::1]secret", "something between ] and the port")]
    [InlineData(",", "it names no host")]
    public void What_cannot_be_read_is_one_sentence_without_the_password(string text, string sentence)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => ConnectionText.Parse(text, "--curio-db"));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.StartsWith("--curio-db does not say where Curio's database is: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(refused.Hint.ToString());
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        Gen<string> pieces = Gen.Elements("postgres://", "host", "=", "'", "\\", "@", ":", "/", "?", "&", "%", "%4", "[", "]", ",", " ", "a", "5433", "sslmode=", "\u202e", "\0");
        Prop.ForAll(pieces.ListOf().Select(list => string.Concat(list)).ToArbitrary(), text =>
        {
            try
            {
                ConnectionText.Parse(text, "--curio-db");
            }
            catch (OperatorException refused)
            {
                Assert.Equal(FailureKind.BadInput, refused.Kind);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_name_and_password_survive_both_forms()
    {
        Gen<string> any = Gen.Choose(1, 0x2ff).Select(letter => (char)letter).NonEmptyListOf().Select(letters => new string([.. letters]));
        Prop.ForAll(Gen.Zip(any, any).ToArbitrary(), ((string User, string Password) given) =>
        {
            ConnectionParts url = ConnectionText.Parse($"postgres://{Uri.EscapeDataString(given.User)}:{Uri.EscapeDataString(given.Password)}@h/d", "--curio-db");
            Assert.Equal((given.User, given.Password), (url.User!, url.Password!));
            ConnectionParts words = ConnectionText.Parse($"user={Quoted(given.User)} host=h password={Quoted(given.Password)}", "--curio-db");
            Assert.Equal((given.User, given.Password), (words.User!, words.Password!));
        }).QuickCheckThrowOnFailure();

        static string Quoted(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
    }

    [Theory]
    [InlineData("/nonexistent.pem")]
    [InlineData("/etc/hostname")]
    [InlineData("/proc")]
    public void Authorities_that_cannot_be_read_are_one_sentence(string file)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => new CurioConnection(ConnectionParts.None with { RootCertificate = file }));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.StartsWith($"the file {file} that sslrootcert names cannot be read (", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_said_is_said_elsewhere_and_else_as_Curio_has_it()
    {
        CurioConnection nothing = new(ConnectionParts.None);
        Assert.Equal("yugabyte at 127.0.0.1:5433, database yugabyte", nothing.ToString());
        Assert.Equal("curio", nothing.Schema);
        await using NpgsqlDataSource source = nothing.To(nothing.Hosts[0], TimeSpan.FromSeconds(5));
        Assert.Equal(SslMode.Disable, new NpgsqlConnectionStringBuilder(source.ConnectionString).SslMode);

        ConnectionParts given = ConnectionText.Parse("postgres://me@a,b:7/mine", "--curio-db");
        ConnectionParts environment = new() { Hosts = [new DatabaseHost("c", null)], Port = 6, User = "other", Password = "secret", LoadBalance = true };
        CurioConnection both = new(given.Else(environment));
        Assert.Equal("me at a:6,b:7, database mine", both.ToString());
        Assert.Equal(["a:6"], new CurioConnection(given.Else(environment) with { LoadBalance = false }).Hosts.Select(host => host.ToString()));
        Assert.DoesNotContain("secret", given.Else(environment).ToString() + both, StringComparison.Ordinal);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new CurioConnection(given with { Schema = "a\"; DROP" })).Kind);
    }
}
