using System.Net.Http.Headers;
using SealerRecover.Recovery.Transfer;
using Xunit;

namespace SealerRecover.Server.Tests;

/// <summary>Results that others fetch: who may, and what of a shelf can be had. That they arrive whole is tested where they are fetched.</summary>
public sealed class ShelfTests : IDisposable
{
    /// <summary>A receipt as a run leaves it, and the file it names; what they hold matters nothing here.</summary>
    private const string Sector = "s-t01000-7";

    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-shelf-").FullName;
    private readonly ResultShelf _shelf;

    public ShelfTests()
    {
        _shelf = new ResultShelf(_folder);
        Write(".sealer-recover/installed/" + Sector, "a receipt that names nothing\n");
        Write("sealed/" + Sector, "sealed");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_result_is_for_who_has_the_token_from_this_machine_too()
    {
        await using Served served = await Served.StartAsync(new FakeSite(), shelf: _shelf);
        foreach (string path in new[] { $"/remote/{Sector}", $"/Remote/{Sector}", $"/%72emote/{Sector}", $"/remote/{Sector}/sealed", "/remote/" })
        {
            Assert.Equal(401, (await served.AskAsync(path)).Status);
        }

        Assert.Equal((200, "a receipt that names nothing\n"), await served.AskAsync($"/remote/{Sector}", token: Served.Token));
        await using Served open = await Served.StartAsync(new FakeSite(), token: null, shelf: _shelf);
        Assert.Equal(403, (await open.AskAsync($"/remote/{Sector}")).Status);
    }

    [Theory]
    [InlineData("/remote/s-t01000-8")]
    [InlineData("/remote/s-t01000-7/sealed")]
    [InlineData("/remote/s-t01000-7/../../token")]
    [InlineData("/remote/s-t01000-7/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/remote/s-t01000-7//etc/passwd")]
    [InlineData("/remote/..%2fs-t01000-7")]
    [InlineData("/remote/nothing")]
    public async Task Nothing_is_reached_that_no_receipt_names(string path)
    {
        await using Served served = await Served.StartAsync(new FakeSite(), shelf: _shelf);
        Assert.Equal(404, (await served.AskAsync(path, token: Served.Token)).Status);
        await using Served without = await Served.StartAsync(new FakeSite());
        Assert.Equal(404, (await without.AskAsync(path, token: Served.Token)).Status);
    }

    [Fact]
    public async Task What_is_sent_is_bytes_that_nobody_keeps()
    {
        await using Served served = await Served.StartAsync(new FakeSite(), shelf: _shelf);
        using HttpRequestMessage request = new(HttpMethod.Get, $"/remote/{Sector}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Served.Token);
        using HttpResponseMessage answer = await served.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.ToString());
    }

    private void Write(string name, string content)
    {
        string path = Path.Combine(_shelf.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
