using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

public sealed class PieceSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("http://host", "http://host/")]
    [InlineData("HTTPS://Host:12310/", "https://host:12310/")]
    [InlineData("http://host/some/base", "http://host/some/base/")]
    [InlineData("http://host/piece", "http://host/")]
    [InlineData("http://host/base/piece/", "http://host/base/")]
    [InlineData("http://[::1]:7777", "http://[::1]:7777/")]
    public void An_address_is_what_comes_before_the_piece(string text, string start)
    {
        ServerSource server = Assert.IsType<ServerSource>(PieceSource.Parse(text));
        Assert.Equal(start, server.Base.ToString());
        Cid cid = ZeroCommitments.ForPiece(128).ToCid();
        Assert.Equal($"{start}piece/{cid}", server.AddressOf(cid).ToString());
        Assert.Equal(text, server.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ftp://host/")]
    [InlineData("file:///etc")]
    [InlineData("http://")]
    [InlineData("http:///nohost")]
    [InlineData("http://host/?token=1")]
    [InlineData("http://host/#x")]
    [InlineData("/no/such/folder")]
    [InlineData("/dev/null")]
    [InlineData("any:/no/such/folder")]
    [InlineData("any:/etc/passwd")]
    public void What_is_no_place_is_refused_in_one_sentence(string text)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => PieceSource.Parse(text));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.False(refused.Message.EndsWith('.'));
        Assert.NotEmpty(refused.Hint.ToString());
    }

    [Fact]
    public void A_password_in_an_address_is_refused_and_not_repeated()
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => PieceSource.Parse("https://me:secret@host/"));
        Assert.DoesNotContain("secret", refused.Message + refused.Hint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_are_folders_or_files_as_they_are_on_disk_and_become_absolute()
    {
        string file = _folder.Write("a/b.car", "x");
        Assert.Equal(_folder.At("a"), Assert.IsType<FolderSource>(PieceSource.Parse(_folder.At("a") + "/")).Path);
        Assert.True(Assert.IsType<FolderSource>(PieceSource.Parse("any:" + _folder.At("a"))).AnyName);
        Assert.Equal(file, Assert.IsType<FileSource>(PieceSource.Parse(_folder.At("a", "..", "a", "b.car"))).Path);
        Assert.Equal(Directory.GetCurrentDirectory(), Assert.IsType<FolderSource>(PieceSource.Parse(".")).Path);
    }

    [Fact]
    public void The_order_is_kept_and_a_place_given_twice_counts_once()
    {
        _folder.Write("a/x", "x");
        string a = _folder.At("a");
        Assert.Equal(
            ["http://h", a, "any:" + a],
            PieceSource.ParseAll(["http://h", a, "http://h/piece", a + "/", "any:" + a]).Select(source => source.Text));
    }
}
