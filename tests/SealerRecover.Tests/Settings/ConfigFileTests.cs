using Filecoin.Primitives;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Settings;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Keys_of_every_kind_are_read_with_their_lines()
    {
        ConfigFile file = Read(
            """
            # a farm of two disks
            sealing-temp = "/temp"

            threads = 16
            keep-unsealed = true
            storage = [
              "/a", # first
              "/b",
            ]
            sectors = [1, "3-5"]
            api-info = 'tok:http://x'
            """);
        Assert.Equal(
            [
                ("sealing-temp", "/temp", false, false, 2), ("threads", "16", false, false, 4), ("keep-unsealed", "true", true, false, 5), ("storage", "/a|/b", false, true, 6),
                ("sectors", "1|3-5", false, true, 10), ("api-info", "tok:http://x", false, false, 11),
            ],
            file.Entries.Select(entry => (entry.Key, string.Join('|', entry.Values), entry.IsSwitch, entry.IsList, entry.Line)));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("# only a remark\n", "")]
    [InlineData("threads = 1\nthreads = 2\n", ", line 2: ")]
    [InlineData("a = 1\n[repair]\nthreads = 2\n", "repair is a table, and there are no tables in this file")]
    [InlineData("repair.threads = 2\n", "repair is a table")]
    [InlineData("a = 1.5\n", ", line 1: a is neither text, nor a whole number")]
    [InlineData("a = 2026-01-01\n", "a is neither text, nor a whole number")]
    [InlineData("a = [true]\n", "a is neither text, nor a whole number")]
    [InlineData("a = [[1]]\n", "a is neither text, nor a whole number")]
    [InlineData("a = {b = 1}\n", "a is a table")]
    [InlineData("a = 1\nb = \n", ", line 2: this is no TOML")]
    [InlineData("a = \"\u0007\"\n", ", line 1: this is no TOML")]
    [InlineData("a", "this is no TOML")]
    public void What_is_no_such_file_is_one_sentence_with_its_line(string text, string complaint)
    {
        if (complaint.Length == 0)
        {
            Assert.Empty(Read(text).Entries);
            return;
        }

        OperatorException failure = Assert.Throws<OperatorException>(() => Read(text));
        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.StartsWith(_path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Hostile_files_are_refused()
    {
        Assert.Contains("longer than 1 MiB", Assert.Throws<OperatorException>(() => Read(new string('#', (1 << 20) + 1))).Message, StringComparison.Ordinal);
        Assert.Throws<OperatorException>(() => Read("a = " + new string('[', 100_000)));
        File.WriteAllBytes(_path, [0xFF, 0xFE, 0x00, 0x41, 0x3D]);
        Assert.Throws<OperatorException>(() => ConfigFile.Read(_path));
        Assert.Contains("cannot be read", Assert.Throws<OperatorException>(() => ConfigFile.Read(_path + ".not-there")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storge", "storage")]
    [InlineData("sealing-tmp", "sealing-temp")]
    [InlineData("thread", "threads")]
    [InlineData("colour", null)]
    public void The_nearest_word_is_named(string word, string? nearest) =>
        Assert.Equal(nearest, Nearest.Of(word, ["storage", "sealing-temp", "sealing-result", "threads", "miner"]));

    private ConfigFile Read(string text)
    {
        File.WriteAllText(_path, text);
        return ConfigFile.Read(_path);
    }
}
