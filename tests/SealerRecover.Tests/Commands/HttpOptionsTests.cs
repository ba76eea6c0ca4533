using System.Net;
using Filecoin.Primitives;
using SealerRecover.Commands;
using Xunit;

namespace SealerRecover.Tests.Commands;

public sealed class HttpOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-http-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("127.0.0.1:8700", "127.0.0.1:8700")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:8700", "[::1]:8700")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    public void An_address_has_a_port(string typed, string meant) => Assert.Equal(IPEndPoint.Parse(meant), HttpOptions.Parse(typed));

    [Theory]
    [InlineData("")]
    [InlineData("8700")]
    [InlineData(":8700")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:8700")]
    [InlineData("[127.0.0.1]:8700")]
    [InlineData("example.com:8700")]
    [InlineData("http://127.0.0.1:8700")]
    public void What_is_no_address_is_refused(string typed) =>
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => HttpOptions.Parse(typed)).Kind);

    [Theory]
    [InlineData("it is not said what to show", "--http=127.0.0.1:0")]
    [InlineData("not an address with a port", "--http=nowhere", "--sealing-temp=/")]
    [InlineData("there is no certificate", "--http-key=./key.pem", "--sealing-temp=/")]
    [InlineData("is no file with a token", "--http-token-file=./not-there", "--sealing-temp=/")]
    [InlineData("is too short", "--http-token-file=./short", "--sealing-temp=/")]
    [InlineData("are no certificate with its key", "--http=127.0.0.1:0", "--http-cert=./short", "--sealing-temp=/")]
    [InlineData("is not there", "--http=127.0.0.1:0", "--sealing-temp=./not-there")]
    public async Task What_cannot_be_served_is_a_sentence(string sentence, params string[] arguments)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "short"), "0123456789\n", TestContext.Current.CancellationToken);
        Ran ran = await InProcess.RunAsync(["serve", .. arguments.Select(word => word.Replace("./", _folder + "/", StringComparison.Ordinal))]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", ran.Error, StringComparison.Ordinal);
    }
}
