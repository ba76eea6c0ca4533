using System.Text.Json.Nodes;
using SealerRecover.Settings;

namespace EndToEnd;

/// <summary>A metadata file that has comm_c of a sector of which nothing else is left.</summary>
public sealed class RecoverWithKeptCommC(ParentCaches caches) : IDisposable
{
    private const string Spared = "so columns are not hashed again";

    private readonly Workbench _healthy = new(caches);
    private readonly Workbench _bench = new(caches);

    public void Dispose()
    {
        _healthy.Dispose();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("2KiB", "1-8")]
    [InlineData("8MiB", "2")]
    public async Task The_files_are_the_same_without_columns(string size, string numbers)
    {
        await _healthy.RunAsync(0, _healthy.Recover(Workbench.Sample(size), $"--sectors={numbers}"));
        string metadata = _bench.Metadata(size, all => Keep(all, (_, _) => { }));

        Ended ended = await _bench.RunAsync(0, _bench.Recover(metadata, $"--sectors={numbers}"));

        ulong[] sectors = [.. SectorNumbers.Parse([numbers])];
        new ExpectedFiles(size).AssertInstalled(_bench.Result, sectors);
        Assert.Equal(sectors.Length, ended.Output.Split(Spared).Length - 1);
    }

    [Fact]
    public async Task One_that_CommR_does_not_vouch_for_is_said_before_labelling_and_not_used()
    {
        await _healthy.RunAsync(0, _healthy.Recover(Workbench.Sample("2KiB"), "1", "2"));
        string metadata = _bench.Metadata("2KiB", all => Keep(all, (number, pAux) => pAux[0] ^= (byte)(number == 1 ? 1 : 0)));

        Ended ended = await _bench.RunAsync(0, _bench.Recover(metadata, "1", "2"));

        new ExpectedFiles("2KiB").AssertInstalled(_bench.Result, [1, 2]);
        Assert.Contains("f01000 sector 1: CommC and CommRLast of the metadata file do not give its CommR, so they are not used", ended.Output, StringComparison.Ordinal);
        Assert.Contains($"f01000 sector 2: the metadata file has its CommC, for which the CommR of the chain vouches, {Spared}", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CommRLast", null, "CommRLast is missing")]
    [InlineData("CommC", "short", "is not 32 bytes in base64")]
    [InlineData("CommC", "/////////////////////////////////////////////=", "is not 32 bytes in base64")]
    [InlineData("CommC", "//////////////////////////////////////////8=", "is not below the modulus of the field")]
    public async Task What_cannot_be_one_is_refused(string field, string? value, string sentence)
    {
        string metadata = _bench.Metadata("2KiB", all =>
        {
            JsonObject sector = all["SectorInfos"]![0]!.AsObject();
            sector["CommC"] = Convert.ToBase64String(new byte[32]);
            sector["CommRLast"] = Convert.ToBase64String(new byte[32]);
            sector.Remove(field);
            if (value is not null)
            {
                sector[field] = value;
            }
        });

        Ended ended = await _bench.RunAsync(2, _bench.Recover(metadata, "1"));

        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
    }

    /// <summary>Puts what the p_aux files of the healthy sectors say into a metadata file.</summary>
    private void Keep(JsonNode all, Action<int, byte[]> change)
    {
        foreach (JsonObject sector in all["SectorInfos"]!.AsArray().OfType<JsonObject>())
        {
            int number = (int)sector["SectorNumber"]!;
            string path = Path.Combine(_healthy.Result, "cache", $"s-t01000-{number}", "p_aux");
            if (File.Exists(path))
            {
                byte[] pAux = File.ReadAllBytes(path);
                change(number, pAux);
                sector["CommC"] = Convert.ToBase64String(pAux.AsSpan(0, 32));
                sector["CommRLast"] = Convert.ToBase64String(pAux.AsSpan(32));
            }
        }
    }
}
