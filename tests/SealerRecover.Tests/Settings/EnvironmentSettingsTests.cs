using Filecoin.Cryptography.Kernels;
using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Settings;

public class EnvironmentSettingsTests
{
    private static readonly Folders Folders = new("/home/sp", "/somewhere");

    [Fact]
    public void An_empty_environment_gives_the_reference_defaults()
    {
        EnvironmentSettings settings = Read();
        Assert.Equal("/var/tmp/filecoin-parents", settings.ParentCacheFolder);
        Assert.Null(settings.RowsToDiscard);
        Assert.Equal(EnvironmentSettings.DefaultWindowNodes, settings.ParentWindowNodes);
        Assert.Null(settings.ApiInfo);
        Assert.Null(settings.LotusRepository);
        Assert.Empty(settings.Remarks);
    }

    [Fact]
    public void Parent_caches_are_where_the_reference_looks()
    {
        Assert.Equal("/data/parents", Read(("FIL_PROOFS_PARENT_CACHE", "/data/parents")).ParentCacheFolder);
        Assert.Equal("/data/filecoin-parents", Read(("FIL_PROOFS_CACHE_DIR", "/data/")).ParentCacheFolder);
        Assert.Equal("/datafilecoin-parents", Read(("FIL_PROOFS_CACHE_DIR", "/data")).ParentCacheFolder);
        Assert.Equal("/a", Read(("FIL_PROOFS_PARENT_CACHE", "/a"), ("FIL_PROOFS_CACHE_DIR", "/b/")).ParentCacheFolder);
        Assert.Equal("/somewhere/rel", Read(("FIL_PROOFS_PARENT_CACHE", "rel")).ParentCacheFolder);
        Assert.Equal("/home/sp/p", Read(("FIL_PROOFS_PARENT_CACHE", "~/p")).ParentCacheFolder);
        Assert.Equal("/var/tmp/filecoin-parents", Read(("FIL_PROOFS_PARENT_CACHE", "")).ParentCacheFolder);
    }

    [Fact]
    public void Curio_s_database_is_where_Curio_s_variables_say_under_either_name()
    {
        Assert.False(Read(("CURIO_DB_PASSWORD", "p"), ("CURIO_DB_PORT", "none")).Curio.NameHost);
        CurioVariables newer = Read(
            ("CURIO_DB_HOST", "10.0.0.5, 10.0.0.6:5434"), ("CURIO_DB_PORT", "6000"), ("CURIO_DB_USER", "u"), ("CURIO_DB_PASSWORD", "s3cr3t"), ("CURIO_DB_NAME", "n"),
            ("CURIO_DB_LOAD_BALANCE", "true")).Curio;
        CurioVariables older = Read(
            ("CURIO_HARMONYDB_HOSTS", "10.0.0.5,10.0.0.6:5434"), ("CURIO_HARMONYDB_PORT", "6000"), ("CURIO_HARMONYDB_USERNAME", "u"),
            ("CURIO_HARMONYDB_PASSWORD", "s3cr3t"), ("CURIO_HARMONYDB_NAME", "n"), ("CURIO_HARMONYDB_LOAD_BALANCE", "0"), ("CURIO_DB_USER", "")).Curio;
        Assert.True(newer.NameHost && older.NameHost);
        Assert.Equal("u at 10.0.0.5:6000,10.0.0.6:5434, database n", new CurioConnection(newer.ToParts()).ToString());
        Assert.Equal("u at 10.0.0.5:6000, database n", new CurioConnection(older.ToParts()).ToString());
        Assert.Equal(("s3cr3t", "s3cr3t"), (newer.ToParts().Password, older.ToParts().Password));
        Assert.DoesNotContain("s3cr3t", newer.ToString() + newer.ToParts() + Read(("CURIO_DB_PASSWORD", "s3cr3t")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CURIO_DB_PORT", "none")]
    [InlineData("CURIO_HARMONYDB_PORT", "65536")]
    [InlineData("CURIO_DB_HOST", "a b")]
    [InlineData("CURIO_DB_LOAD_BALANCE", "maybe")]
    public void A_malformed_variable_of_Curio_s_is_refused_by_its_name_where_the_database_is_asked(string name, string value)
    {
        CurioVariables variables = Read((name, value)).Curio;
        OperatorException refused = Assert.Throws<OperatorException>(variables.ToParts);
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.StartsWith(name, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", 2048, true)]
    [InlineData("2048", 2048, false)]
    [InlineData("65536", 65536, false)]
    [InlineData("1073741824", 1 << 22, true)]
    public void The_parent_window_is_kept_within_what_helps(string value, int nodes, bool told)
    {
        EnvironmentSettings settings = Read(("FIL_PROOFS_SDR_PARENTS_CACHE_SIZE", value));
        Assert.Equal(nodes, settings.ParentWindowNodes);
        Assert.Equal(told, settings.Remarks.Any(remark => remark.Contains("FIL_PROOFS_SDR_PARENTS_CACHE_SIZE", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("FIL_PROOFS_ROWS_TO_DISCARD", "two")]
    [InlineData("FIL_PROOFS_ROWS_TO_DISCARD", "-1")]
    [InlineData("FIL_PROOFS_ROWS_TO_DISCARD", "17")]
    [InlineData("FIL_PROOFS_SDR_PARENTS_CACHE_SIZE", "99999999999999999999")]
    [InlineData("FIL_PROOFS_SDR_PARENTS_CACHE_SIZE", "0")]
    [InlineData("FIL_PROOFS_USE_MULTICORE_SDR", "maybe")]
    [InlineData("FIL_PROOFS_MAXIMIZE_CACHING", "\u001b[31m")]
    [InlineData("FIL_PROOFS_PARENT_CACHE", "   ")]
    [InlineData("SEALER_RECOVER_MASK_FEATURES", "avx512,abacus")]
    public void A_malformed_value_is_refused_by_the_variable_s_name(string name, string value)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => Read((name, value)));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    [Fact]
    public void Rows_to_discard_are_read()
    {
        Assert.Equal(0, Read(("FIL_PROOFS_ROWS_TO_DISCARD", "0")).RowsToDiscard);
        Assert.Equal(2, Read(("FIL_PROOFS_ROWS_TO_DISCARD", " 2 ")).RowsToDiscard);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("true", 1)]
    [InlineData("0", 0)]
    [InlineData("off", 0)]
    public void Switches_without_effect_are_acknowledged_when_on(string value, int remarks)
    {
        Assert.Equal(remarks, Read(("FIL_PROOFS_USE_MULTICORE_SDR", value)).Remarks.Count);
        Assert.Equal(remarks, Read(("FIL_PROOFS_MAXIMIZE_CACHING", value)).Remarks.Count);
    }

    [Fact]
    public void Variables_without_meaning_are_acknowledged_in_one_line()
    {
        EnvironmentSettings settings = Read(
            ("FIL_PROOFS_MAX_GPU_TREE_BATCH_SIZE", "1"), ("BELLMAN_CUSTOM_GPU", "x"), ("RUST_GPU_TOOLS_CUSTOM_GPU", "y"), ("PATH", "/bin"));
        string remark = Assert.Single(settings.Remarks);
        Assert.EndsWith("BELLMAN_CUSTOM_GPU, FIL_PROOFS_MAX_GPU_TREE_BATCH_SIZE, RUST_GPU_TOOLS_CUSTOM_GPU", remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_of_cards_are_read()
    {
        Assert.Equal(new GpuVariables(), Read().Gpu);
        Assert.Equal(
            new GpuVariables { Columns = true, Trees = false, NoGpu = true },
            Read(("FIL_PROOFS_USE_GPU_COLUMN_BUILDER", "1"), ("FIL_PROOFS_USE_GPU_TREE_BUILDER", "false"), ("BELLMAN_NO_GPU", "1")).Gpu);
        Assert.Empty(Read(("FIL_PROOFS_USE_GPU_COLUMN_BUILDER", "1"), ("BELLMAN_NO_GPU", "1")).Remarks);
        Assert.Throws<OperatorException>(() => Read(("FIL_PROOFS_USE_GPU_TREE_BUILDER", "2")));
    }

    [Fact]
    public void Masked_features_are_told_of()
    {
        EnvironmentSettings settings = Read(("SEALER_RECOVER_MASK_FEATURES", "ifma, adx"));
        Assert.Equal(ProcessorFeature.Ifma | ProcessorFeature.Adx, settings.Masked);
        Assert.Contains("ifma, adx", Assert.Single(settings.Remarks), StringComparison.Ordinal);
        Assert.Equal(ProcessorFeature.None, Read().Masked);
    }

    [Fact]
    public void TMPDIR_is_acknowledged() =>
        Assert.Contains("--sealing-temp", Assert.Single(Read(("TMPDIR", "/scratch")).Remarks), StringComparison.Ordinal);

    [Fact]
    public void The_node_is_named_by_variable_or_repository()
    {
        Assert.Equal("t:/ip4/1.2.3.4/tcp/1234/http", Read(("FULLNODE_API_INFO", "t:/ip4/1.2.3.4/tcp/1234/http")).ApiInfo);
        Assert.Equal("/home/sp/.lotus", Read(("HOME", "/home/sp")).LotusRepository);
        Assert.Equal("/data/lotus", Read(("HOME", "/home/sp"), ("LOTUS_PATH", "/data/lotus")).LotusRepository);
    }

    [Theory]
    [InlineData("~", "/home/sp")]
    [InlineData("~/sector", "/home/sp/sector")]
    [InlineData("~other/x", "/somewhere/~other/x")]
    [InlineData("a/../b", "/somewhere/b")]
    [InlineData("/x//y/", "/x/y/")]
    public void Paths_become_absolute(string typed, string expected) => Assert.Equal(expected, Folders.Absolute(typed, "--x"));

    [Fact]
    public void A_home_path_without_HOME_is_refused() =>
        Assert.Contains("HOME", Assert.Throws<OperatorException>(() => new Folders("", "/").Absolute("~/x", "--x")).Message, StringComparison.Ordinal);

    private static EnvironmentSettings Read(params (string Name, string Value)[] variables) =>
        EnvironmentSettings.Read(variables.ToDictionary(entry => entry.Name, entry => entry.Value), Folders);
}
